/* A plugin that keeps every rule and does a little of everything; texts of messages say what it is to do. */
#include <stdio.h>

#include "zoo.h"

static int says(parley_text text, const char* word) {
    return text.size == strlen(word) && memcmp(text.data, word, text.size) == 0;
}

static void amend(void* self, const parley_scope* scope, const parley_message_draft* draft, parley_reply reply) {
    parley_amendment amended = {sizeof amended, {NULL, 0}, {NULL, 0}, {NULL, 0}};
    parley_outcome outcome;
    (void)self;
    (void)scope;
    memset(&outcome, 0, sizeof outcome);
    outcome.size = sizeof outcome;
    outcome.status = PARLEY_OK;
    if (says(draft->text, "shout")) {
        amended.text = zoo_text("SHOUT");
        amended.data = zoo_text("{\"loud\":true}");
        outcome.amended = &amended;
    }
    if (says(draft->text, "nonsense")) {
        amended.text = zoo_text("\xff\xfe");
        outcome.amended = &amended;
    }
    zoo_replies->finish(zoo_host, reply, &outcome);
}

static void check(void* self, const parley_scope* scope, const parley_message_draft* draft, parley_reply reply) {
    (void)self;
    (void)scope;
    if (says(draft->text, "refuse me")) return zoo_answer(reply, PARLEY_REFUSED, "", "Not this.");
    if (says(draft->text, "hold me")) return zoo_answer(reply, PARLEY_HELD, "", "Let me think.");
    if (says(draft->text, "fail")) return zoo_answer(reply, PARLEY_FAILED, "", "I cannot.");
    if (says(draft->text, "odd")) return zoo_answer(reply, 77, "", "?");
    if (says(draft->text, "settings") && says(scope->settings->json, "{\"a\":1}"))
        return zoo_answer(reply, PARLEY_REFUSED, "", "The settings came.");
    zoo_answer(reply, PARLEY_OK, "", "");
}

static void told(void* context, const parley_outcome* outcome) {
    zoo_replies->finish(zoo_host, *(parley_reply*)context, outcome);
}

/* Looks as who asks before it lets the fourteenth. */
static void change(void* self, const parley_call* call, parley_reply reply) {
    static parley_reply waiting;
    const parley_kernel* kernel = (const parley_kernel*)zoo_host->extension(zoo_host, zoo_text(PARLEY_KERNEL));
    (void)self;
    if (call->user == 13) return zoo_answer(reply, PARLEY_REFUSED, "", "Not thirteen.");
    waiting = reply;
    if (call->user == 14)
        return kernel->invoke(zoo_host, call->caller, zoo_text("message.get"), zoo_text("{}"), told, &waiting);
    zoo_answer(reply, PARLEY_OK, "", "");
}

/* {"do": "..."} as a whole, so that no JSON has to be read here. */
static void command(void* self, const parley_call* call, parley_reply reply) {
    static parley_reply waiting;
    const parley_kernel* kernel = (const parley_kernel*)zoo_host->extension(zoo_host, zoo_text(PARLEY_KERNEL));
    (void)self;
    if (says(call->input, "{\"do\":\"garbage\"}")) return zoo_answer(reply, PARLEY_OK, "{\"a\":", "");
    if (says(call->input, "{\"do\":\"missing\"}")) return zoo_answer(reply, PARLEY_NOT_FOUND, "", "There is none.");
    if (says(call->input, "{\"do\":\"name\"}")) {
        char said[100];
        snprintf(said, sizeof said, "{\"name\":\"%.*s\"}", (int)call->username.size, call->username.data);
        return zoo_answer(reply, PARLEY_OK, said, "");
    }
    waiting = reply;
    if (says(call->input, "{\"do\":\"invoke\"}"))
        return kernel->invoke(zoo_host, call->caller, zoo_text("message.get"), zoo_text("{\"message\":\"1\"}"), told,
                              &waiting);
    if (says(call->input, "{\"do\":\"overreach\"}"))
        return kernel->invoke(zoo_host, call->caller, zoo_text("user.disable"), zoo_text("{}"), told, &waiting);
    if (says(call->input, "{\"do\":\"stale\"}"))
        return kernel->invoke(zoo_host, call->caller + 1000, zoo_text("message.get"), zoo_text("{}"), told, &waiting);
    zoo_answer(reply, PARLEY_OK, "{\"echo\":\"here\"}", "");
}

static uint32_t counter;

static void fine(void* self, const parley_call* call, parley_reply reply) {
    const parley_metrics* metrics = (const parley_metrics*)zoo_host->extension(zoo_host, zoo_text(PARLEY_METRICS));
    (void)self;
    (void)call;
    metrics->record(zoo_host, counter, 2);
    metrics->record(zoo_host, 99, 2);
    zoo_answer(reply, PARLEY_OK, "{\"count\":3}", "");
}

parley_status zoo_setup(parley_registry* on, parley_outcome* outcome) {
    (void)outcome;
    zoo_registrar->message_hook(on, PARLEY_AMEND, zoo_text("message.send"), amend, NULL);
    zoo_registrar->message_hook(on, PARLEY_CHECK, zoo_text("message.send"), check, NULL);
#ifndef ZOO_ONLY_HOOKS
    parley_command echo = {sizeof echo};
    parley_job sweep = {sizeof sweep};
    zoo_registrar->change_hook(on, zoo_text("member.add"), change, NULL);
    zoo_registrar->event(on, zoo_text("message.deleted"), fine, NULL);
    echo.name = zoo_text("zoo.echo");
    echo.permission = zoo_text("good.use");
    echo.method = zoo_text("POST");
    echo.path = zoo_text("/api/v1/zoo/{what}");
    echo.sentence = zoo_text("Echoes.");
    echo.input = zoo_text("{\"fields\":[]}");
    zoo_registrar->command(on, &echo, command, NULL);
    sweep.name = zoo_text("sweep");
    sweep.every_ms = 60000;
    sweep.lease_ms = 1000;
    zoo_registrar->job(on, &sweep, fine, NULL);
    zoo_registrar->service(on, zoo_text("good.count/1"), fine, NULL);
    zoo_registrar->health(on, fine, NULL);
    zoo_registrar->metric(on, PARLEY_COUNTER, zoo_text("seen"), zoo_text("Seen."), &counter);
#else
    (void)change;
    (void)command;
    (void)fine;
#endif
    return PARLEY_OK;
}
