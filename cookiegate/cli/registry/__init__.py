"""`cookiegate registry`: declare which cookies the site sets. One file a command."""
