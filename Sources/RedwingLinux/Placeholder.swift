// Placeholder until the first file of RedwingLinux lands.
