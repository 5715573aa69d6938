/* Plugins with one check hook that answers as none should; ZOO_DOES says which. */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "zoo.h"

enum { SILENT, TWICE, THREADED, LATE, SPINS, SPINS_AFTER, UNKNOWN, PASSES };

static void spin(long milliseconds) {
    struct timespec began, now;
    clock_gettime(CLOCK_MONOTONIC, &began);
    do clock_gettime(CLOCK_MONOTONIC, &now);
    while ((now.tv_sec - began.tv_sec) * 1000 + (now.tv_nsec - began.tv_nsec) / 1000000 < milliseconds);
}

static void* answer_elsewhere(void* reply) {
    if (ZOO_DOES == LATE) spin(200);
    zoo_answer(*(parley_reply*)reply, PARLEY_OK, "", "");
    free(reply);
    return NULL;
}

static void begin_elsewhere(parley_reply reply) {
    pthread_t thread;
    parley_reply* kept = (parley_reply*)malloc(sizeof reply);
    *kept = reply;
    pthread_create(&thread, NULL, answer_elsewhere, kept);
    pthread_detach(thread);
}

static void check(void* self, const parley_scope* scope, const parley_message_draft* draft, parley_reply reply) {
    (void)self;
    (void)scope;
    (void)draft;
    switch (ZOO_DOES) {
        case SILENT:
            return;
        case TWICE:
            zoo_answer(reply, PARLEY_OK, "", "");
            zoo_answer(reply, PARLEY_REFUSED, "", "No!");
            return;
        case THREADED:
        case LATE:
            begin_elsewhere(reply);
            return;
        case SPINS:
            spin(600);
            return;
        case SPINS_AFTER:
            zoo_answer(reply, PARLEY_OK, "", "");
            spin(600);
            return;
        case UNKNOWN:
            zoo_answer(reply + (1ull << 40), PARLEY_REFUSED, "", "No!");
            zoo_answer(reply, PARLEY_OK, "", "");
            return;
        default:
            zoo_answer(reply, PARLEY_OK, "", "");
    }
}

parley_status zoo_setup(parley_registry* on, parley_outcome* outcome) {
    (void)outcome;
    return zoo_registrar->message_hook(on, PARLEY_CHECK, zoo_text("message.send"), check, NULL);
}
