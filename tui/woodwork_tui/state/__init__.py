"""What the screens show, as frozen data and pure functions; nothing here imports Textual."""
