// In place of libFuzzer where there is none: plays every input once, and each of them cut short.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

constexpr std::size_t cuts = 64;

void play(std::string_view input) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::size_t play_file(const fs::path& file) {
    std::ifstream from(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(from), {}};
    play(text);
    const auto apart = std::max<std::size_t>(1, text.size() / cuts);
    std::size_t played = 1;
    for (std::size_t size = 0; size < text.size(); size += apart, ++played) play(std::string(text, 0, size));
    return played;
}

}  // namespace

int main(int count, char** words) {
    std::size_t played = 0;
    for (int i = 1; i < count; ++i)
        for (const auto& one : fs::directory_iterator(words[i]))
            if (one.is_regular_file()) played += play_file(one.path());
    std::printf("%zu inputs\n", played);
    // A folder that is not there or empty must not look like a success.
    return played > 0 ? 0 : 1;
}
