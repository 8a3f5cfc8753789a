"""What runs inside a Kontainer of a Python function: loads the handler and serves one HTTP/1.1 exchange a process."""
