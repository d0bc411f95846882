// Placeholder until the first file of RedwingPersistence lands.
