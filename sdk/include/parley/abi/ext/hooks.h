/* Hooks on messages: structs of borrowed views, because every message passes here.
 *
 * SPDX-License-Identifier: BSL-1.0 */
#ifndef PARLEY_ABI_EXT_HOOKS_H
#define PARLEY_ABI_EXT_HOOKS_H

#include "parley/abi/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/** When a hook is called. since 1.0 */
enum {
    PARLEY_AMEND = 1, /* may change the draft: PARLEY_OK with or without parley_outcome.amended, or PARLEY_REFUSED */
    PARLEY_CHECK = 2  /* sees the final draft: PARLEY_OK, PARLEY_REFUSED, and for message.send PARLEY_HELD */
};

/** A message that is about to be stored, or an edit that is about to be made. since 1.0 */
typedef struct parley_message_draft {
    uint32_t size;
    int64_t message; /* of an edit; 0: it is new */
    int64_t conversation;
    int64_t author;
    int64_t reply_to;              /* 0: none */
    int64_t thread_root;           /* 0: none */
    int64_t at;                    /* when it was asked for */
    parley_text conversation_kind; /* "channel" */
    parley_text author_name;       /* the username */
    parley_text author_role;       /* the role's name */
    parley_text type;              /* "text" */
    parley_text text;
    parley_text data; /* a JSON object */
} parley_message_draft;

/** What an amend hook changes; texts with null data stay as they are. Checked like a client's input. since 1.0 */
typedef struct parley_amendment {
    uint32_t size;
    parley_text type;
    parley_text text;
    parley_text data; /* a JSON object, whole */
} parley_amendment;

/** Judges or amends a draft; answers exactly once, in or after this call. Everything is borrowed until it returns.
 *  Thread: any; drafts of one author come one after the other. since 1.0 */
typedef void (*parley_message_hook)(void* self, const parley_scope* scope, const parley_message_draft* draft,
                                    parley_reply reply);

#ifdef __cplusplus
}
#endif

#endif
