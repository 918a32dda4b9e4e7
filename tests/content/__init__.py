"""What each kind of file is judged by, module by module."""
