// The tool.

return 0;
