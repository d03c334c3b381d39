"""What every test here may use: pytester, for tests of the plugin."""

pytest_plugins = ["pytester"]
