// One line there, one line back, over a socket that only this account can open.
#include "server/tool_line.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace parley::server {
namespace {

namespace json = boost::json;

constexpr std::string_view file_name = "parleyd.sock";
constexpr std::size_t most_question = 64 * 1024;
constexpr std::size_t most_answer = 4 * 1024 * 1024;
constexpr std::chrono::seconds patience_to_read{5};
constexpr std::chrono::milliseconds look_again{100};
constexpr int waiting_connections = 8;

/// Closed with the last who may answer.
class descriptor {
public:
    explicit descriptor(int number) : number_(number) {}
    ~descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

/// Names in Unix sockets are short and folders need not be: by way of the open folder every one fits.
class place {
public:
    explicit place(const std::filesystem::path& folder)
        : folder_(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
        address_.sun_family = AF_UNIX;
        const auto name = fmt::format("/proc/self/fd/{}/{}", folder_.number(), file_name);
        name.copy(address_.sun_path, sizeof(address_.sun_path) - 1);
    }
    [[nodiscard]] const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }
    [[nodiscard]] static socklen_t size() { return sizeof(sockaddr_un); }

private:
    descriptor folder_;
    sockaddr_un address_{};
};

bool wait_for(int number, short what, std::chrono::steady_clock::time_point until) {
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
        if (left <= 0) return false;
        pollfd one{.fd = number, .events = what, .revents = 0};
        const int ready = ::poll(&one, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
    }
}

std::optional<std::string> read_line(int from, std::size_t most, std::chrono::seconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    std::string made;
    while (made.size() <= most) {
        if (!wait_for(from, POLLIN, until)) return std::nullopt;
        char buffer[4096];
        const auto got = ::recv(from, buffer, sizeof(buffer), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return std::nullopt;
        made.append(buffer, static_cast<std::size_t>(got));
        if (const auto end = made.find('\n'); end != std::string::npos) return made.substr(0, end);
    }
    return std::nullopt;
}

bool write_line(int to, std::string text) {
    text += '\n';
    const auto until = std::chrono::steady_clock::now() + patience_to_read;
    for (std::string_view left = text; !left.empty();) {
        if (!wait_for(to, POLLOUT, until)) return false;
        const auto put = ::send(to, left.data(), left.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (put < 0) return false;
        left.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

bool is_ours(int connection) {
    ucred who{};
    socklen_t size = sizeof(who);
    if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return false;
    return who.uid == ::geteuid() || who.uid == 0;
}

json::object said(const error& why) { return {{"code", why.code}, {"message", why.message}}; }

}  // namespace

tool_line::tool_line(const std::filesystem::path& data_directory, tool_question ask)
    : path_(data_directory / file_name), ask_(std::move(ask)) {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
    const place here(data_directory);
    socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const bool listens = socket_ >= 0 && ::bind(socket_, here.address(), place::size()) == 0 &&
                         ::chmod(path_.c_str(), S_IRUSR | S_IWUSR) == 0 && ::listen(socket_, waiting_connections) == 0;
    if (!listens) {
        log::warning("commands of parley that need the running server will not find it",
                     {{"why", std::strerror(errno)}});
        return;
    }
    thread_ = std::jthread([this](const std::stop_token& end) { listen(end); });
}

tool_line::~tool_line() {
    thread_ = {};
    if (socket_ < 0) return;
    ::close(socket_);
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

void tool_line::listen(const std::stop_token& end) const {
    while (!end.stop_requested()) {
        if (!wait_for(socket_, POLLIN, std::chrono::steady_clock::now() + look_again)) continue;
        if (const int connection = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC); connection >= 0)
            take(connection);
    }
}

void tool_line::take(int connection) const {
    const auto to = std::make_shared<descriptor>(connection);
    const auto answer = [to](const result<json::object>& made) {
        (void)write_line(to->number(),
                         to_text(made ? json::object{{"answer", *made}} : json::object{{"error", said(made.error())}}));
    };
    if (!is_ours(connection)) return;
    const auto line = read_line(connection, most_question, patience_to_read);
    if (!line) return;
    auto question = parse_object(*line, {.max_bytes = most_question});
    if (!question) return answer(std::unexpected(question.error()));
    ask_(std::move(*question), answer);
}

result<json::object> ask_running_server(const std::filesystem::path& data_directory, const json::object& question,
                                        std::chrono::seconds patience) {
    const descriptor to(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const place there(data_directory);
    if (::connect(to.number(), there.address(), place::size()) != 0)
        return failure(fault::not_found, "no_server",
                       fmt::format("No server answers on {}: {}. This needs one that runs.",
                                   escape_controls((data_directory / file_name).string()), std::strerror(errno)));
    auto line = write_line(to.number(), to_text(question)) ? read_line(to.number(), most_answer, patience)
                                                           : std::optional<std::string>();
    if (!line) return failure(fault::unavailable, "not_answered", "The server did not answer; its log may say why.");
    auto made = parse_object(*line, {.max_bytes = most_answer, .max_members = 100'000});
    if (!made) return std::unexpected(made.error());
    if (const auto* well = made->if_contains("answer"); well != nullptr && well->is_object()) return well->get_object();
    const auto* why = made->if_contains("error");
    if (why == nullptr || !why->is_object())
        return failure(fault::unavailable, "not_answered", "The server's answer makes no sense.");
    const auto text = [&](std::string_view name) {
        const auto* found = why->get_object().if_contains(name);
        return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
    };
    return std::unexpected(error{fault::invalid, text("code"), text("message"), {}});
}

}  // namespace parley::server
