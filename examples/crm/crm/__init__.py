"""A small CRM cut into services: auth, core, tags, deals, a public API and a web front end."""
