"""The browser: chromium through Selenium and WebDriver BiDi, acted on as a person would, everything it asked captured.

Rules: the only place that knows Selenium. Every wait is bounded, every process that was started
ends with us.
"""
