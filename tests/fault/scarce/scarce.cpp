// To be preloaded into a server: one of so many calls of `new` finds no memory. How many, a test writes into the file
// that PARLEY_TEST_SCARCE names, as four bytes; 0 is none. With PARLEY_TEST_SCARCE_ON only on threads of that name.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace {

const std::atomic<std::uint32_t>* open_dial() {
    const char* name = std::getenv("PARLEY_TEST_SCARCE");
    const int file = name == nullptr ? -1 : ::open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0) return nullptr;
    void* shown = ::mmap(nullptr, sizeof(std::uint32_t), PROT_READ, MAP_SHARED, file, 0);
    ::close(file);
    return shown == MAP_FAILED ? nullptr : static_cast<const std::atomic<std::uint32_t>*>(shown);
}

bool is_meant() {
    static const char* const wanted = std::getenv("PARLEY_TEST_SCARCE_ON");
    std::array<char, 16> name{};
    return wanted == nullptr || (::prctl(PR_GET_NAME, name.data()) == 0 && std::strcmp(name.data(), wanted) == 0);
}

bool finds_none() {
    static const auto* const dial = open_dial();
    const auto one_of = dial == nullptr ? 0 : dial->load(std::memory_order_relaxed);
    if (one_of == 0 || !is_meant()) return false;
    // Each thread's own row of numbers (Marsaglia's xorshift), so that nothing here waits for anything.
    thread_local char home = 0;
    thread_local auto state = reinterpret_cast<std::uintptr_t>(&home) | 1U;
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    return state % one_of == 0;
}

}  // namespace

void* operator new(std::size_t size) {
    auto* found = finds_none() ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (found == nullptr) throw std::bad_alloc();
    return found;
}

void operator delete(void* what) noexcept { std::free(what); }
void operator delete(void* what, std::size_t) noexcept { std::free(what); }
