"""The woodwork engine: the `.ww` language, the message bus, components and their runtime. Never draws, never prints."""
