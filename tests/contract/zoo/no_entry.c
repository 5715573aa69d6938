/* A library with a manifest and no entry. */
__asm__(".pushsection .parley_plugin,\"\",@progbits\n.incbin \"" ZOO_MANIFEST "\"\n.popsection\n");

int no_entry_at_all(void);
int no_entry_at_all(void) { return 0; }
