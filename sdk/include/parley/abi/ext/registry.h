/* What a plugin does ("parley.registry/1"), said in setup, so that it can be listed and checked against its manifest.
 *
 * What is only data - permissions, settings, kinds of conversation, types of message, events it says, pieces of
 * interface - stands in plugin.yaml and needs no call. What needs code is named there and bound here; a name that the
 * manifest does not have, or has and is not bound, makes the plugin be refused.
 *
 * SPDX-License-Identifier: BSL-1.0 */
#ifndef PARLEY_ABI_EXT_REGISTRY_H
#define PARLEY_ABI_EXT_REGISTRY_H

#include "parley/abi/ext/hooks.h"
#include "parley/abi/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parley_registry parley_registry;

/** What a command carries besides JSON. All but PARLEY_JSON are transfers: over HTTP alone, and bytes never come here.
 *
 *  A transfer's input has the member "transfer". With PARLEY_SENDS it is {"phase":"begin"}, and so is all: the answer
 * is
 *  {"reply":…}. One that takes a body is called twice. First with {"phase":"begin", "content_length" (-1: not known),
 *  "content_type"}, before the body is read; the answer is {"reply":…}, which refuses the body, or {"admit":{"folder",
 *  "most_bytes", "most_part_bytes", "most_parts", "append_to", "at", "kept"}}: where in the plugin's files folder it
 *  goes and how much of it. Then, when all of it is on the disk or no more will come, with {"phase":"end", "complete",
 *  "why", "bytes", "kept", "parts":[{"field","name","type","file","bytes"}], "fields":{}}; the answer is {"reply":…}.
 *  When it is not complete, its files are gone already; with append_to, what came stays.
 *
 *  Each time it also says of who asks {"address", "method", "range", "cookie"}: the client's address, the method as it
 *  came (HEAD), the header Range, and the value of the plugin's own cookie, parley_<plugin>.
 *
 *  A reply is {"status", "headers":{}, "cookie":{"value","path","seconds"}} with one of "json":{}, "text" and its
 * "type", "redirect", or "file":{"path", "name", "type", "attachment", "etag", "cache", "sandbox"}, a path in the
 * plugin's files folder, or with "share:" before it in the folder <id>.share beside its library. since 1.0 */
enum { PARLEY_JSON = 1, PARLEY_SENDS = 2, PARLEY_TAKES_BYTES = 3, PARLEY_TAKES_PARTS = 4 };

/** The permission of a command that anybody may ask for who reaches the tenant; for transfers. The call's user is 0.
 *  since 1.0 */
#define PARLEY_PUBLIC "public"

/** A command: one thing a client can ask for, over HTTP and over the WebSocket. since 1.0 */
typedef struct parley_command {
    uint32_t size;
    parley_text name;       /* "reaction.add" */
    parley_text permission; /* its name, checked before the plugin hears of the call; never empty */
    parley_text method;     /* "PUT"; GET: only reads */
    /** "/api/v1/messages/{message}/reactions/{emoji}"; must not be one of the kernel's. {conversation} and
     *  {message} are ids of what the caller must see: what it does not is not found, and the plugin is not called.
     *  Of a transfer also "/<plugin>/…", and "/" when the manifest says `web_root: true`. */
    parley_text path;
    parley_text sentence; /* for the API documents */
    /** {"fields":[{"name","type":"text|id|ids|integer|boolean|object","in":"path|query|body|header","header",
     *  "required":true,"least":0,"most":0,"sentence"}]}: checked before the plugin hears of the call. "header" is the
     *  name of the request's header, for transfers, which have no fields in a body. "secret":true keeps the first
     *  placeholder of a path out of the server's log. */
    parley_text input;
    parley_text output; /* JSON Schema of the answer; empty: {} */
    uint32_t carries;   /* PARLEY_JSON, or as what it is a transfer; 0 is PARLEY_JSON */
} parley_command;

/** A job: work that the server starts, each tenant's on one server at a time, again with back-off when it fails.
 *  since 1.0 */
typedef struct parley_job {
    uint32_t size;
    parley_text name;    /* "sweep" */
    int64_t every_ms;    /* how often in each tenant where the plugin is on; 0: only when scheduled */
    int64_t lease_ms;    /* how long one run may take before another server may take it over */
    uint32_t most_tries; /* of one scheduled run; then it is given up and said in the log; 0: for ever */
} parley_job;

/** What a metric is. since 1.0 */
enum { PARLEY_COUNTER = 1, PARLEY_GAUGE = 2, PARLEY_HISTOGRAM = 3 };

/** All functions: setup thread, only while setup runs; texts are copied. They answer PARLEY_OK, or PARLEY_INVALID when
 *  the manifest does not have it, the name is taken or a text is malformed; then the plugin is refused after setup with
 *  a sentence that says why, so the plugin need not look. since 1.0 */
typedef struct parley_registrar {
    uint32_t size;
    /** A hook on messages; event "message.send" or "message.edit". since 1.0 */
    parley_status (*message_hook)(parley_registry* on, uint32_t phase, parley_text event, parley_message_hook function,
                                  void* self);
    /** A check of another change: "conversation.create", "conversation.archive", "member.add", "user.create". The
     * call's name is the change, its input what is asked for; answer PARLEY_OK or PARLEY_REFUSED. since 1.0 */
    parley_status (*change_hook)(parley_registry* on, parley_text change, parley_call_function function, void* self);
    /** An event of the log, after the commit: at least once, in the order of the log, the next one only after this one
     *  was answered PARLEY_OK; anything else brings it again after a while. Input: {"position","type","created_at",
     *  "conversation","data"} as clients with every right see it. since 1.0 */
    parley_status (*event)(parley_registry* on, parley_text type, parley_call_function function, void* self);
    /** A command of the API; the function hears of calls that passed the permission and the input's checks. since 1.0
     */
    parley_status (*command)(parley_registry* on, const parley_command* what, parley_call_function function,
                             void* self);
    /** Input of a call: {} or what it was scheduled with. since 1.0 */
    parley_status (*job)(parley_registry* on, const parley_job* what, parley_call_function function, void* self);
    /** Something other plugins may ask for: "reactions.count/1", declared in this plugin's contract/. since 1.0 */
    parley_status (*service)(parley_registry* on, parley_text name, parley_call_function function, void* self);
    /** Asked now and then; PARLEY_OK, or what is wrong in a sentence. since 1.0 */
    parley_status (*health)(parley_registry* on, parley_call_function function, void* self);
    /** A metric parley_plugin_<plugin>_<name>; `number` is what parley_metrics takes. since 1.0 */
    parley_status (*metric)(parley_registry* on, uint32_t kind, parley_text name, parley_text sentence,
                            uint32_t* number);
} parley_registrar;
#define PARLEY_REGISTRAR "parley.registry/1"

#ifdef __cplusplus
}
#endif

#endif
