// Placeholder until the first file of RedwingRESP lands.
