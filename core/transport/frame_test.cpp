// Frames held against the RFCs by a decoder of the test's own and zlib's inflate.
#include "transport/frame.hpp"

#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>

namespace parley::transport {
namespace {

struct decoded {
    unsigned char first = 0;
    std::string payload;
};

decoded decode(std::string_view bytes) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes.at(at)); };
    EXPECT_EQ(byte(1) & 0x80, 0) << "a server does not mask";
    std::size_t size = byte(1);
    std::size_t header = 2;
    if (size >= 126) {
        const std::size_t width = size == 126 ? 2 : 8;
        header += width;
        size = 0;
        for (std::size_t i = 2; i < header; ++i) size = size << 8 | byte(i);
    }
    EXPECT_EQ(bytes.size(), header + size);
    return {byte(0), std::string{bytes.substr(header)}};
}

std::string inflated(std::string body) {
    body.append("\x00\x00\xff\xff", 4);
    z_stream state{};
    EXPECT_EQ(inflateInit2(&state, -15), Z_OK);
    std::string out(1 << 20, '\0');
    state.next_in = reinterpret_cast<Bytef*>(body.data());
    state.avail_in = static_cast<uInt>(body.size());
    state.next_out = reinterpret_cast<Bytef*>(out.data());
    state.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(inflate(&state, Z_SYNC_FLUSH), Z_OK);
    out.resize(out.size() - state.avail_out);
    inflateEnd(&state);
    return out;
}

TEST(frame, is_one_final_text_frame_of_any_size) {
    for (const std::size_t size : {0, 1, 125, 126, 127, 65535, 65536, 200'000}) {
        const std::string text(size, 'x');
        const auto made = make_frame(text);
        const auto got = decode(made->plain());
        EXPECT_EQ(got.first, 0x81) << size;
        EXPECT_EQ(got.payload, text) << size;
        EXPECT_EQ(made->payload(), text) << size;
    }
}

TEST(frame, compresses_so_that_zlib_can_read_it) {
    std::string text;
    while (text.size() < 100'000)
        text += "{\"type\":\"message.created\",\"position\":\"" + std::to_string(text.size()) + "\"}";
    const auto made = make_frame(text);
    const auto got = decode(made->deflated());
    EXPECT_EQ(got.first, 0xc1);
    EXPECT_LT(got.payload.size(), text.size() / 4);
    EXPECT_EQ(inflated(got.payload), text);
}

TEST(frame, every_frame_is_compressed_alone) {
    const std::string text(1000, 'a');
    const auto first = make_frame(text);
    const auto second = make_frame(text);
    EXPECT_EQ(first->deflated(), second->deflated()) << "context was taken over";
}

TEST(frame, leaves_short_text_alone) {
    const auto made = make_frame(std::string(deflate_threshold - 1, 'a'));
    EXPECT_EQ(made->deflated(), made->plain());
}

TEST(frame, leaves_text_alone_that_does_not_shrink) {
    std::mt19937 source{1};
    std::string noise(4000, '\0');
    for (auto& byte : noise) byte = static_cast<char>(source());
    const auto made = make_frame(noise);
    EXPECT_EQ(made->deflated(), made->plain());
}

TEST(frame, is_compressed_once_by_many_threads) {
    const auto made = make_frame(std::string(10'000, 'a'));
    std::vector<const char*> seen(4);
    {
        std::vector<std::jthread> threads;
        for (auto& at : seen) threads.emplace_back([&made, &at] { at = made->deflated().data(); });
    }
    for (const auto* at : seen) EXPECT_EQ(at, seen.front());
}

TEST(frame_run, is_its_frames_side_by_side) {
    const auto brief = make_frame("one");
    const auto lengthy = make_frame(std::string(1000, 'x'));
    const frame_run both({brief, lengthy});
    EXPECT_EQ(both.plain(), std::string(brief->plain()) + std::string(lengthy->plain()));
    EXPECT_EQ(both.deflated(), std::string(brief->deflated()) + std::string(lengthy->deflated()));
    EXPECT_LT(both.deflated().size(), both.plain().size());
    EXPECT_EQ(both.longest(), 1000U);
}

}  // namespace
}  // namespace parley::transport
