/* The one door between Parley and a plugin: texts, outcomes, and how each side finds the other's tables.
 *
 * Rules for everything under parley/abi/:
 *  - C11, and valid C++; nothing but <stddef.h> and <stdint.h>. No C++ object crosses.
 *  - Every table and every struct starts with its size in bytes, as its maker knows it. Members are only ever appended:
 *    a reader looks at a member only when the size reaches over it (PARLEY_HAS).
 *  - Texts are UTF-8, borrowed, not ended by a zero; they are good until the function returns unless it says otherwise.
 *  - Nothing throws across, in either direction.
 *  - What can wait takes a parley_reply (the host waits) or a parley_done (the plugin waits) and returns at once.
 *  - Zero is never a meaningful value of an enumeration; times are milliseconds since 1970 in UTC; ids are as in the
 * API.
 *  - "any thread" means any, also several at once. "setup thread" is the one that runs parley_plugin_life.setup.
 *
 * SPDX-License-Identifier: BSL-1.0 */
#ifndef PARLEY_ABI_PLUGIN_H
#define PARLEY_ABI_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a plugin is built against. A host takes every plugin of its major whose minor is not newer than its own.
 *  since 1.0 */
#define PARLEY_ABI_MAJOR 1u
#define PARLEY_ABI_MINOR 0u

/** Whether a struct that came from the other side is long enough to have this member. since 1.0 */
#define PARLEY_HAS(pointer, type, member) ((pointer)->size >= offsetof(type, member) + sizeof(((type*)0)->member))

/** A borrowed text; data may be null when size is 0. since 1.0 */
typedef struct parley_text {
    const char* data;
    size_t size; /* bytes */
} parley_text;

/** How something ended. Others may come: treat what you do not know as PARLEY_FAILED. since 1.0 */
typedef uint32_t parley_status;
enum {
    PARLEY_OK = 1,           /* done, passed */
    PARLEY_REFUSED = 2,      /* a hook says no; sentence is for the author */
    PARLEY_HELD = 3,         /* a hook says: not yet; sentence is for the author and reviewers */
    PARLEY_INVALID = 4,      /* the input is wrong; field names the member */
    PARLEY_FORBIDDEN = 5,    /* the caller may not */
    PARLEY_NOT_FOUND = 6,    /* there is none, or it is not the caller's to know */
    PARLEY_CONFLICT = 7,     /* not in the state it is in */
    PARLEY_TOO_LARGE = 8,    /* over a limit */
    PARLEY_LIMITED = 9,      /* too often */
    PARLEY_UNAVAILABLE = 10, /* not now; the same may work later */
    PARLEY_FAILED = 11       /* a fault of who answers; sentence goes to the operator's log, not to the caller */
};

/** An end with what it gives. Everything in it is borrowed for the call it is passed to. since 1.0 */
typedef struct parley_outcome {
    uint32_t size;
    parley_status status;
    parley_text json;     /* an object, for PARLEY_OK where something is answered; empty: {} */
    parley_text code;     /* snake_case, stable, for programs: "emoji_unknown"; empty with PARLEY_OK */
    parley_text sentence; /* for people */
    parley_text field;    /* of the input, for PARLEY_INVALID */
    const struct parley_amendment* amended; /* from amend hooks: what changes; null: nothing (ext/hooks.h) */
} parley_outcome;

/** Names one call that the host waits for. A number, not an address: a late or second answer is noticed and harmless.
 *  since 1.0 */
typedef uint64_t parley_reply;

/** How the host tells a plugin the end of something the plugin asked for: exactly once, on any thread, also before the
 *  asking function has returned. `context` is what the plugin gave. since 1.0 */
typedef void (*parley_done)(void* context, const parley_outcome* outcome);

/** Settings of this plugin for one scope in one generation of the configuration. The address is stable and the
 *  contents do not change while a call that carries it has not been answered. since 1.0 */
typedef struct parley_settings {
    uint32_t size;
    uint64_t id;      /* never the same for two different contents in one process; good as the key of a cache */
    parley_text json; /* an object with every setting of the plugin, defaults and secrets filled in */
} parley_settings;

/** Where something happens. Borrowed for the call. Stands inside of parley_call and therefore never grows. since 1.0 */
typedef struct parley_scope {
    uint32_t size;
    int64_t tenant;
    parley_text tenant_name;
    parley_text model; /* empty: outside of any model */
    const parley_settings* settings;
} parley_scope;

/** One call of something the plugin registered: a command, an event, a job, a service, a judged change. Borrowed until
 *  the function returns; copy what is needed later. since 1.0 */
typedef struct parley_call {
    uint32_t size;
    parley_text name; /* as it was registered */
    parley_scope scope;
    int64_t user; /* who asks; 0: nobody but the server */
    parley_text username;
    parley_text request_id; /* for the log; empty outside of requests */
    parley_text input;      /* a JSON object */
    int64_t deadline;       /* after this moment nobody waits for the answer any more */
    uint64_t caller;        /* for parley_kernel.invoke as this caller; good until the call is answered; 0: nobody's */
} parley_call;

/** Takes a call. Must return soon and answer exactly once through parley_replies, before or after it returns.
 *  `self` is what was registered with it. Thread: any. since 1.0 */
typedef void (*parley_call_function)(void* self, const parley_call* call, parley_reply reply);

/** What the host gives to a plugin. Lives as long as the process. since 1.0 */
typedef struct parley_host {
    uint32_t size;
    uint32_t abi_major;
    uint32_t abi_minor;
    void* context; /* the host's own */
    /** The host's table of that name ("parley.log/1"), null when it has none. Thread: any. Ownership: the host's, for
     * as long as the process lives. since 1.0 */
    const void* (*extension)(const struct parley_host* host, parley_text id);
} parley_host;

/** What a plugin gives to the host. Static. since 1.0 */
typedef struct parley_plugin {
    uint32_t size;
    uint32_t abi_major;
    uint32_t abi_minor;
    parley_text id;      /* as in its manifest: "reactions" */
    parley_text version; /* as in its manifest: "1.0.0" */
    /** The plugin's table of that name, null when it has none. Thread: any. Ownership: the plugin's, static.
     *  since 1.0 */
    const void* (*extension)(parley_text id);
} parley_plugin;

/** The one symbol a plugin exports. Does nothing but give the address. Thread: setup. since 1.0 */
typedef const parley_plugin* (*parley_plugin_entry_function)(void);
#define PARLEY_PLUGIN_ENTRY "parley_plugin_entry_v1"

struct parley_registry; /* ext/registry.h */

/** "parley.plugin/1": a plugin's life. Every plugin has it. since 1.0 */
typedef struct parley_plugin_life {
    uint32_t size;
    /** Makes the plugin and registers all it does; nothing is called before it returned PARLEY_OK. Fills `self`; with
     *  another status fills `outcome` (texts good until the next call into the plugin) and `self` is not used.
     *  Thread: setup. since 1.0 */
    parley_status (*setup)(const parley_host* host, struct parley_registry* on, void** self, parley_outcome* outcome);
    /** The server runs: from now on the plugin may ask the host for things by itself. Thread: setup. since 1.0 */
    void (*start)(void* self);
    /** Last call: the plugin stops its own threads and forgets what it waits for. Nothing is called afterwards, and
     *  done functions of what is still open are not called either. Thread: setup. since 1.0 */
    void (*stop)(void* self);
} parley_plugin_life;
#define PARLEY_PLUGIN_LIFE "parley.plugin/1"

#ifdef __cplusplus
}
#endif

#endif
