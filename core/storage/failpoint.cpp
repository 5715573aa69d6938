// The wish stands in the environment; who reaches its point for the n-th time does nothing more.
#include "storage/failpoint.hpp"

#ifdef PARLEY_FAILPOINTS

#include <signal.h>
#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace parley::storage {
namespace {

/// What was said too early, about something that is not committed, gets out meanwhile through the other threads and is
/// read; otherwise it would die unnoticed with us. What is said in its time cannot get out.
constexpr std::chrono::milliseconds time_to_be_found_out{500};

std::string_view name_of(failpoint one) {
    switch (one) {
        case failpoint::before_commit:
            return "before_commit";
        case failpoint::before_fan_out:
            return "before_fan_out";
        case failpoint::before_answers:
            return "before_answers";
        case failpoint::in_checkpoint:
            return "in_checkpoint";
        case failpoint::outbox_read:
            return "outbox_read";
        case failpoint::outbox_brought:
            return "outbox_brought";
    }
    return {};
}

struct wish {
    wish() {
        const char* said = std::getenv("PARLEY_FAILPOINT");
        const std::string_view whole = said == nullptr ? "" : said;
        const auto colon = whole.find(':');
        if (colon == std::string_view::npos) return;
        int count = 0;
        std::from_chars(whole.data() + colon + 1, whole.data() + whole.size(), count);
        name = whole.substr(0, colon);
        left = count;
    }
    std::string_view name;  ///< of the environment, which nobody changes
    std::atomic<int> left = 0;
};

const sqlite3_io_methods* plain = nullptr;
sqlite3_io_methods watched;

int write_page(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 where) {
    reach(failpoint::in_checkpoint);
    return plain->xWrite(file, bytes, size, where);
}

}  // namespace

void reach(failpoint here) {
    static wish only;
    if (only.name != name_of(here) || --only.left != 0) return;
    if (here == failpoint::before_commit) std::this_thread::sleep_for(time_to_be_found_out);
    ::kill(::getpid(), SIGKILL);
}

void watch_checkpoints(sqlite3* of) {
    sqlite3_file* file = nullptr;
    sqlite3_file_control(of, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (file == nullptr || file->pMethods == nullptr) return;
    static const bool made = [&] {
        plain = file->pMethods;
        watched = *plain;
        watched.xWrite = write_page;
        return true;
    }();
    if (made && file->pMethods == plain) file->pMethods = &watched;
}

}  // namespace parley::storage

#endif
