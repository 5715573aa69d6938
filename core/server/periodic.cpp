// Work that comes round again: a wait that can be ended, then the work.
#include "server/periodic.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include "base/log.hpp"

namespace parley::server {
namespace {

void run_at_border(const std::function<void()>& work) {
    try {
        work();
    } catch (const std::exception& why) {
        log::error("a periodic job failed", {{"what", why.what()}});
    }
}

}  // namespace

periodic::periodic(std::chrono::milliseconds every, std::function<void()> work)
    : thread_([every, work = std::move(work)](const std::stop_token& stop) {
          std::mutex guard;
          std::condition_variable_any never;
          std::unique_lock lock(guard);
          while (true) {
              never.wait_for(lock, stop, every, [] { return false; });
              if (stop.stop_requested()) return;
              run_at_border(work);
          }
      }) {}

}  // namespace parley::server
