// Benchmarks.

return 0;
