"""`cookiegate doctor`: what is around the gate of an app, and what to do about it."""
