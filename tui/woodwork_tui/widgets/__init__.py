"""Things you can point at, one file each."""
