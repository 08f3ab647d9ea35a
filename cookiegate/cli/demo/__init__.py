"""The demo: an example site in two faces, served by real servers, visited by three visitors."""
