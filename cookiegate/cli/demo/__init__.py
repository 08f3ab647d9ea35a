"""The demo: an example site for Starlette and for Flask, served by real servers, visited by three visitors."""
