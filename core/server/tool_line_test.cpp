// The tool and the server on one socket.
#include "server/tool_line.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

namespace parley::server {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class ToolLine : public testing::Test {
protected:
    ToolLine() {
        std::string name = (fs::temp_directory_path() / "parley-line-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    ~ToolLine() override { fs::remove_all(folder_); }

    fs::path folder_;
};

tool_question echo() {
    return [](boost::json::object asked, tool_answer answer) {
        if (asked.contains("wrong")) return answer(invalid("so_wrong", "It is."));
        answer(boost::json::object{{"heard", asked}});
    };
}

TEST_F(ToolLine, AnswersWhatItIsAsked) {
    const tool_line line(folder_, echo());
    const auto said = ask_running_server(folder_, {{"a", 1}}, 30s);
    ASSERT_TRUE(said) << said.error().message;
    EXPECT_EQ(said->at("heard").at("a").as_int64(), 1);
    const auto wrong = ask_running_server(folder_, {{"wrong", true}}, 30s);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, "so_wrong");
}

TEST_F(ToolLine, IsForThisAccountAlone) {
    const tool_line line(folder_, echo());
    struct stat is{};
    ASSERT_EQ(::stat((folder_ / "parleyd.sock").c_str(), &is), 0);
    EXPECT_EQ(is.st_mode & 0777U, 0600U);
}

TEST_F(ToolLine, FitsIntoDeepFolders) {
    const auto deep = folder_ / std::string(100, 'a') / std::string(100, 'b');
    fs::create_directories(deep);
    const tool_line line(deep, echo());
    EXPECT_TRUE(ask_running_server(deep, {}, 30s));
}

TEST_F(ToolLine, IsGoneWithTheServer) {
    {
        const tool_line line(folder_, echo());
    }
    const auto said = ask_running_server(folder_, {}, 1s);
    ASSERT_FALSE(said);
    EXPECT_EQ(said.error().code, "no_server");
    {
        const tool_line again(folder_, echo());
    }
}

TEST_F(ToolLine, AnAnswerMayComeLaterAndFromElsewhere) {
    std::jthread other;
    const tool_line line(folder_, [&](boost::json::object, tool_answer answer) {
        other = std::jthread([answer = std::move(answer)]() mutable { answer(boost::json::object{}); });
    });
    EXPECT_TRUE(ask_running_server(folder_, {}, 30s));
}

}  // namespace
}  // namespace parley::server
