"""What turns the published packages into the definitions' tables; only the build tool needs it."""
