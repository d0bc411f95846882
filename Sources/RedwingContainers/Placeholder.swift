// Placeholder until the first file of RedwingContainers lands.
