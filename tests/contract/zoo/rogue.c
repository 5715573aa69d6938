/* A check hook that does what a message's text says: crashes, leaks, says nonsense to the server, and tries what a
 * process of a plugin's own may not. What was tried and worked is let through; what did not is refused. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "zoo.h"

static int says(parley_text text, const char* word) {
    return text.size == strlen(word) && memcmp(text.data, word, text.size) == 0;
}

/* Whether three thousand ids are each greater than the one before. */
static int ids_grow(void) {
    const parley_kernel* kernel = (const parley_kernel*)zoo_host->extension(zoo_host, zoo_text(PARLEY_KERNEL));
    int64_t last = 0;
    for (int i = 0; i < 3000; ++i) {
        const int64_t next = kernel->next_id(zoo_host);
        if (next <= last) return 0;
        last = next;
    }
    return 1;
}

static int allowed(parley_text text) {
    if (says(text, "ids")) return ids_grow();
    if (says(text, "exec")) {
        char* words[] = {(char*)"/bin/true", NULL};
        execv("/bin/true", words);
        return 0;
    }
    if (says(text, "fork")) {
        const pid_t made = fork();
        if (made == 0) _exit(0);
        return made > 0;
    }
    if (says(text, "shadow")) return open("/etc/shadow", O_RDONLY) >= 0;
    if (says(text, "proc")) return open("/proc/uptime", O_RDONLY) >= 0;
    if (says(text, "write")) return open("/tmp/parley_rogue", O_WRONLY | O_CREAT, 0600) >= 0;
    if (says(text, "socket")) return socket(AF_INET, SOCK_STREAM, 0) >= 0;
    if (says(text, "ptrace")) return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
    if (says(text, "kill")) return kill(getppid(), 0) == 0;
    if (says(text, "space")) return unshare(CLONE_NEWUSER) == 0;
    if (says(text, "memory")) return mmap(NULL, 1ul << 30, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
    if (says(text, "descriptors")) {
        /* 0 to 4, and nothing else of the server's. */
        for (int i = 5; i < 256; ++i)
            if (fcntl(i, F_GETFD) >= 0) return 1;
        return 0;
    }
    return 1;
}

static void check(void* self, const parley_scope* scope, const parley_message_draft* draft, parley_reply reply) {
    (void)self;
    (void)scope;
    if (says(draft->text, "crash")) raise(SIGSEGV);
    if (says(draft->text, "exit")) _exit(3);
    if (says(draft->text, "silent")) return;
    if (says(draft->text, "spin"))
        for (volatile int on = 1; on;) continue;
    if (says(draft->text, "leak"))
        for (;;) memset(malloc(1 << 20), 1, 1 << 20);
    if (says(draft->text, "garbage")) {
        static const char nonsense[] = "\xff\xff\xff\xff nonsense";
        (void)!write(3, nonsense, sizeof nonsense);
        return;
    }
    if (says(draft->text, "slow")) {
        const struct timespec some = {0, 300000000};
        nanosleep(&some, NULL);
    }
    if (allowed(draft->text)) return zoo_answer(reply, PARLEY_OK, "", "");
    zoo_answer(reply, PARLEY_REFUSED, "", "It did not work.");
}

parley_status zoo_setup(parley_registry* on, parley_outcome* outcome) {
    (void)outcome;
    return zoo_registrar->message_hook(on, PARLEY_CHECK, zoo_text("message.send"), check, NULL);
}
