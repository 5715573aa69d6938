/* What every plugin of the zoo has: its manifest in the file, its entry, and setup(), which each brings along.
 * ZOO_ID and ZOO_MANIFEST (a file) come from the build, and ZOO_VERSION where it is not the first. */
#ifndef PARLEY_ZOO_H
#define PARLEY_ZOO_H

#include <parley/abi/ext/host.h>
#include <parley/abi/ext/registry.h>
#include <parley/abi/plugin.h>
#include <string.h>

#ifdef __cplusplus
#define ZOO_C extern "C"
#else
#define ZOO_C
#endif

#ifndef ZOO_VERSION
#define ZOO_VERSION "1.0.0"
#endif

__asm__(".pushsection .parley_plugin,\"\",@progbits\n.incbin \"" ZOO_MANIFEST "\"\n.popsection\n");

static inline parley_text zoo_text(const char* text) {
    parley_text made;
    made.data = text;
    made.size = strlen(text);
    return made;
}

static const parley_host* zoo_host;
static const parley_registrar* zoo_registrar;
static const parley_replies* zoo_replies;

static inline void zoo_answer(parley_reply reply, parley_status status, const char* json, const char* sentence) {
    parley_outcome outcome;
    memset(&outcome, 0, sizeof outcome);
    outcome.size = sizeof outcome;
    outcome.status = status;
    outcome.json = zoo_text(json);
    outcome.code = zoo_text(status == PARLEY_REFUSED ? "zoo_says_no" : "");
    outcome.sentence = zoo_text(sentence);
    zoo_replies->finish(zoo_host, reply, &outcome);
}

/* Each plugin's own. */
ZOO_C parley_status zoo_setup(parley_registry* on, parley_outcome* outcome);

static parley_status zoo_life_setup(const parley_host* host, parley_registry* on, void** self,
                                    parley_outcome* outcome) {
    zoo_host = host;
    zoo_registrar = (const parley_registrar*)host->extension(host, zoo_text(PARLEY_REGISTRAR));
    zoo_replies = (const parley_replies*)host->extension(host, zoo_text(PARLEY_REPLIES));
    *self = (void*)&zoo_host;
    return zoo_setup(on, outcome);
}
static void zoo_nothing(void* self) { (void)self; }

static const void* zoo_extension(parley_text id) {
    static const parley_plugin_life life = {sizeof(parley_plugin_life), zoo_life_setup, zoo_nothing, zoo_nothing};
    return id.size == sizeof(PARLEY_PLUGIN_LIFE) - 1 && memcmp(id.data, PARLEY_PLUGIN_LIFE, id.size) == 0 ? &life
                                                                                                          : NULL;
}

ZOO_C __attribute__((visibility("default"))) const parley_plugin* parley_plugin_entry_v1(void);
ZOO_C __attribute__((visibility("default"))) const parley_plugin* parley_plugin_entry_v1(void) {
    static parley_plugin made;
    made.size = sizeof made;
    made.abi_major = PARLEY_ABI_MAJOR;
    made.abi_minor = PARLEY_ABI_MINOR;
    made.id = zoo_text(ZOO_ID);
    made.version = zoo_text(ZOO_VERSION);
    made.extension = zoo_extension;
    return &made;
}

#endif
