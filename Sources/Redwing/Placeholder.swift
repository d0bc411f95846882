// Placeholder until the first file of Redwing lands.
