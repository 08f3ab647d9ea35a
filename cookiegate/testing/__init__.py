"""What tests learn about cookies: the lines that test clients receive, and what the registry says of them."""
