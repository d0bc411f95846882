// Placeholder until the first file of RedwingEngine lands.
