"""`cookiegate registry`: declare the site's cookies. Each command has a file."""
