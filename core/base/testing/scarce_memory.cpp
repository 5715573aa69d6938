// Takes the place of the library's operators new and delete; those that are not here lead to these.
#include "base/testing/scarce_memory.hpp"

#include <cstdlib>
#include <new>

namespace parley::testing {
namespace {

enum class state : std::uint8_t { plenty, counting, none };

thread_local constinit state there_is = state::plenty;
thread_local constinit std::size_t left = 0;
thread_local constinit bool lasts = false;
thread_local constinit bool was_missing = false;

[[nodiscard]] bool finds_some() {
    if (there_is == state::plenty) return true;
    if (there_is == state::counting && left-- > 0) return true;
    was_missing = true;
    there_is = lasts ? state::none : state::plenty;
    return false;
}

}  // namespace

void memory_ends_after(std::size_t finds, want how) {
    left = finds;
    lasts = how == want::lasting;
    was_missing = false;
    there_is = state::counting;
}

bool memory_is_back() {
    there_is = state::plenty;
    return was_missing;
}

}  // namespace parley::testing

#if !PARLEY_TEST_SANITIZED
void* operator new(std::size_t size) {
    auto* found = parley::testing::finds_some() ? std::malloc(size == 0 ? 1 : size) : nullptr;
    if (found == nullptr) throw std::bad_alloc();
    return found;
}

void operator delete(void* what) noexcept { std::free(what); }
void operator delete(void* what, std::size_t) noexcept { std::free(what); }
#endif
