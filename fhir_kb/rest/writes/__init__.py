"""What changes a resource: create, update, patch and delete, each with its conditional form."""
