// All targets in one program, so that it is linked once; PARLEY_FUZZ_TARGET says which one is meant.
#include <array>
#include <utility>

#include "fuzz/fuzz.hpp"

namespace {

using function = void (*)(std::string_view);

constexpr std::array targets{
    std::pair{std::string_view("websocket"), &parley::fuzz::websocket},
    std::pair{std::string_view("http"), &parley::fuzz::http},
    std::pair{std::string_view("commands"), &parley::fuzz::commands},
    std::pair{std::string_view("tokens"), &parley::fuzz::tokens},
    std::pair{std::string_view("configuration"), &parley::fuzz::configuration},
    std::pair{std::string_view("manifest"), &parley::fuzz::manifest},
    std::pair{std::string_view("rich_text"), &parley::fuzz::rich_text},
    std::pair{std::string_view("multipart"), &parley::fuzz::multipart},
    std::pair{std::string_view("pictures"), &parley::fuzz::pictures},
    std::pair{std::string_view("texts"), &parley::fuzz::texts},
};

function chosen() {
    const char* name = std::getenv("PARLEY_FUZZ_TARGET");
    for (const auto& [known, run] : targets)
        if (name != nullptr && known == name) return run;
    std::fprintf(stderr, "PARLEY_FUZZ_TARGET must be one of:");
    for (const auto& [known, run] : targets) std::fprintf(stderr, " %s", known.data());
    std::fprintf(stderr, "\n");
    std::exit(2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto run = chosen();
    run({reinterpret_cast<const char*>(data), size});
    return 0;
}
