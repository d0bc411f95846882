// Placeholder until the first file of RedwingTesting lands.
