"""What the measurements over HTTP stand on: data, servers, load and peers."""
