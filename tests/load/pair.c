/* Two plugins that are one: on together or not at all, and all their settings are the same number. Each message carries
 * through all four hooks what they saw; who saw something else refuses it. PAIR_IS_RIGHT says which of the two it is. */
#include <stdio.h>

#include "zoo.h"

/* The number behind a key; -1 when it is not there. */
static int number_of(parley_text json, const char* key) {
    const size_t size = strlen(key);
    for (size_t at = 0; at + size < json.size; ++at) {
        if (memcmp(json.data + at, key, size) != 0) continue;
        int value = 0;
        for (at += size; at < json.size && json.data[at] >= '0' && json.data[at] <= '9'; ++at)
            value = value * 10 + (json.data[at] - '0');
        return value;
    }
    return -1;
}

/* What the settings say when all of them say the same; -1 otherwise. */
static int told(const parley_scope* scope) {
    const int a = number_of(scope->settings->json, "\"a\":");
    return a == number_of(scope->settings->json, "\"b\":") ? a : -1;
}

static void half(parley_reply reply) { zoo_answer(reply, PARLEY_REFUSED, "", "This is half a configuration."); }

static void amend(void* self, const parley_scope* scope, const parley_message_draft* draft, parley_reply reply) {
    char data[64];
    parley_amendment amended = {sizeof amended, {NULL, 0}, {NULL, 0}, {NULL, 0}};
    parley_outcome outcome;
    const int here = told(scope);
    (void)self;
    if (here < 0) return half(reply);
    if (PAIR_IS_RIGHT && number_of(draft->data, "\"left\":") != here) return half(reply);
    snprintf(data, sizeof data, PAIR_IS_RIGHT ? "{\"left\":%d,\"right\":%d}" : "{\"left\":%d}", here, here);
    amended.data = zoo_text(data);
    memset(&outcome, 0, sizeof outcome);
    outcome.size = sizeof outcome;
    outcome.status = PARLEY_OK;
    outcome.amended = &amended;
    zoo_replies->finish(zoo_host, reply, &outcome);
}

static void check(void* self, const parley_scope* scope, const parley_message_draft* draft, parley_reply reply) {
    const int here = told(scope);
    (void)self;
    if (here < 0 || number_of(draft->data, "\"left\":") != here || number_of(draft->data, "\"right\":") != here)
        return half(reply);
    zoo_answer(reply, PARLEY_OK, "", "");
}

parley_status zoo_setup(parley_registry* on, parley_outcome* outcome) {
    (void)outcome;
    zoo_registrar->message_hook(on, PARLEY_AMEND, zoo_text("message.send"), amend, NULL);
    zoo_registrar->message_hook(on, PARLEY_CHECK, zoo_text("message.send"), check, NULL);
    return PARLEY_OK;
}
