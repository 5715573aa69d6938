// A file goes out whole and in order, piece by piece.
// needed.
#include "transport/file_answer.hpp"

#include <gtest/gtest.h>

#include <sys/mman.h>
#include <unistd.h>

#include <future>
#include <string>

namespace parley::transport {
namespace {

/// A file that is nowhere but here.
open_file file_of(const std::string& bytes) {
    open_file made(::memfd_create("file_answer_test", MFD_CLOEXEC));
    EXPECT_TRUE(write_all(made, bytes));
    return made;
}

std::string pattern(std::size_t bytes) {
    std::string made(bytes, '\0');
    for (std::size_t i = 0; i < bytes; ++i) made[i] = static_cast<char>('a' + (i / 1000 + i) % 26);
    return made;
}

result<std::string> next_of(response_body& from) {
    std::promise<result<std::string>> said;
    from.read([&](result<std::string_view> piece) {
        said.set_value(piece ? result<std::string>(std::string(*piece)) : std::unexpected(piece.error()));
    });
    auto answer = said.get_future();
    if (answer.wait_for(std::chrono::seconds(60)) != std::future_status::ready)
        return failure(fault::internal, "no_answer", "");
    return answer.get();
}

std::string all_of(response_body& from) {
    std::string all;
    while (all.size() < from.length()) {
        const auto piece = next_of(from);
        if (!piece || piece->empty()) break;
        all += *piece;
    }
    return all;
}

TEST(file_answer, sends_all_of_a_file_or_of_a_part_of_it) {
    work_pool disk(2, 10);
    const auto bytes = pattern(std::size_t{3} * 1024 * 1024 + 17);
    for (const auto& [asked, from, size] :
         {std::tuple{"", std::size_t{0}, bytes.size()}, std::tuple{"bytes=1-", std::size_t{1}, bytes.size() - 1},
          std::tuple{"bytes=262144-524287", std::size_t{262'144}, std::size_t{262'144}},
          std::tuple{"bytes=5-5", std::size_t{5}, std::size_t{1}}}) {
        const auto answer =
            answer_with_file(file_of(bytes), {}, {.range = asked, .if_range = {}, .if_none_match = {}}, {}, disk);
        ASSERT_TRUE(answer);
        ASSERT_TRUE(answer->stream) << asked;
        EXPECT_EQ(answer->stream->length(), size) << asked;
        EXPECT_TRUE(all_of(*answer->stream) == bytes.substr(from, size)) << asked;
    }
}

TEST(file_answer, ends_with_an_error_when_the_disk_has_too_much_to_do) {
    work_pool disk(1, 10);
    auto answer = answer_with_file(file_of(pattern(1000)), {}, {}, {}, disk);
    ASSERT_TRUE(answer && answer->stream);
    disk.stop();
    const auto piece = next_of(*answer->stream);
    ASSERT_FALSE(piece);
    EXPECT_EQ(piece.error().code, "disk_busy");
}

TEST(file_answer, that_is_not_read_to_its_end_is_let_go_of) {
    work_pool disk(1, 10);
    auto answer = answer_with_file(file_of(pattern(std::size_t{1024} * 1024)), {}, {}, {}, disk);
    ASSERT_TRUE(answer && answer->stream);
    EXPECT_TRUE(next_of(*answer->stream));
    answer->stream = nullptr;
}

}  // namespace
}  // namespace parley::transport
