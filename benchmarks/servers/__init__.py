"""Real servers on loopback, one worker each: a site that answers bare and gated, side by side in one process."""
