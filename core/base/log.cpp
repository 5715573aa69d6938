// The log over spdlog: spdlog keeps level and order, the lines and the writing are ours, so that a full disk costs
// entries and never an exception or a half line in the middle.
#include "base/log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <iterator>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

#include "base/clock.hpp"
#include "base/text.hpp"

namespace parley::log {
namespace {

std::atomic<std::uint64_t> lost{0};

/// Writes each line with one system call; takes ownership of the descriptor unless it is standard error.
class line_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit line_sink(int descriptor) : descriptor_(descriptor) {}
    line_sink(const line_sink&) = delete;
    line_sink& operator=(const line_sink&) = delete;
    ~line_sink() override {
        if (descriptor_ != STDERR_FILENO) ::close(descriptor_);
    }

protected:
    void sink_it_(const spdlog::details::log_msg& entry) override {
        line_.clear();
        if (torn_) line_ += '\n';
        line_.append(entry.payload.data(), entry.payload.size());
        line_ += '\n';
        const std::size_t written = write_all();
        if (written == line_.size()) {
            torn_ = false;
            return;
        }
        lost.fetch_add(1, std::memory_order_relaxed);
        if (written > 0) torn_ = true;
    }
    void flush_() override {}

private:
    [[nodiscard]] std::size_t write_all() const {
        std::size_t written = 0;
        while (written < line_.size()) {
            const ssize_t count = ::write(descriptor_, line_.data() + written, line_.size() - written);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) break;
            written += static_cast<std::size_t>(count);
        }
        return written;
    }

    int descriptor_;
    bool torn_ = false;  // the last line was cut short; the next begins on a line of its own
    std::string line_;
};

/// Where entries go now. Earlier ones are kept, because another thread may still be inside them.
struct target {
    target(int descriptor, const settings& how)
        : as(how.as), logger("parley", std::make_shared<line_sink>(descriptor)) {
        logger.set_error_handler([](const std::string&) { lost.fetch_add(1, std::memory_order_relaxed); });
        set_level(how.least);
    }
    void set_level(level least) { logger.set_level(native(least)); }

    [[nodiscard]] static spdlog::level::level_enum native(level of) {
        switch (of) {
            case level::trace:
                return spdlog::level::trace;
            case level::debug:
                return spdlog::level::debug;
            case level::info:
                return spdlog::level::info;
            case level::warning:
                return spdlog::level::warn;
            case level::error:
                return spdlog::level::err;
            case level::off:
                break;
        }
        return spdlog::level::off;
    }

    format as;
    spdlog::logger logger;
};

struct targets {
    std::mutex guard;
    std::vector<std::unique_ptr<target>> all;
    std::atomic<target*> current{nullptr};

    target& add(int descriptor, const settings& how) {
        const std::lock_guard lock(guard);
        all.push_back(std::make_unique<target>(descriptor, how));
        current.store(all.back().get(), std::memory_order_release);
        return *all.back();
    }
};

/// Never destroyed: threads and destructors may log until the very end.
[[nodiscard]] targets& registry() {
    static targets& made = *[] {
        auto* all = new targets;
        all->add(STDERR_FILENO, settings{});
        return all;
    }();
    return made;
}

[[nodiscard]] target& current() { return *registry().current.load(std::memory_order_acquire); }

using buffer = fmt::memory_buffer;

void append(buffer& line, std::string_view text) { line.append(text.data(), text.data() + text.size()); }

void append_json_text(buffer& line, std::string_view text) {
    line.push_back('"');
    while (!text.empty()) {
        const std::size_t good = find_invalid_utf8(text).value_or(text.size());
        std::string_view rest = text.substr(0, good);
        text.remove_prefix(good);
        while (!rest.empty()) {
            const std::string_view before = rest;
            const char32_t c = take_code_point(rest);
            if (c == '"' || c == '\\') {
                line.push_back('\\');
                line.push_back(static_cast<char>(c));
            } else if (is_unsafe_to_print(c)) {
                fmt::format_to(std::back_inserter(line), "\\u{:04x}", static_cast<std::uint32_t>(c));
            } else {
                append(line, before.substr(0, before.size() - rest.size()));
            }
        }
        if (text.empty()) break;
        append(line, "\\ufffd");
        text.remove_prefix(1);
    }
    line.push_back('"');
}

/// Quotes a value of the text format only when it could be misread.
void append_plain_text(buffer& line, std::string_view text) {
    const std::string escaped = escape_controls(text);
    if (!escaped.empty() && escaped.find_first_of(" \"=") == std::string::npos) return append(line, escaped);
    line.push_back('"');
    for (const char c : escaped) {
        if (c == '"') line.push_back('\\');
        line.push_back(c);
    }
    line.push_back('"');
}

void append_value(buffer& line, const field& of, format as) {
    const auto text = [&](std::string_view value) {
        if (as == format::json) return append_json_text(line, value);
        append_plain_text(line, value);
    };
    if (const auto* view = std::get_if<std::string_view>(&of.value)) return text(*view);
    std::visit(
        [&](const auto& value) {
            if constexpr (std::is_same_v<std::decay_t<decltype(value)>, double>) {
                if (!std::isfinite(value)) return text(fmt::format("{}", value));  // JSON has no such number
            }
            if constexpr (!std::is_same_v<std::decay_t<decltype(value)>, std::string_view>) {
                if (of.quoted) return text(fmt::format("{}", value));
                fmt::format_to(std::back_inserter(line), "{}", value);
            }
        },
        of.value);
}

[[nodiscard]] std::string_view word(level of) {
    switch (of) {
        case level::trace:
            return "trace";
        case level::debug:
            return "debug";
        case level::info:
            return "info";
        case level::warning:
            return "warning";
        case level::error:
            return "error";
        case level::off:
            break;
    }
    return "off";
}

void append_json(buffer& line, level of, std::string_view message, fields with) {
    fmt::format_to(std::back_inserter(line), R"({{"time":"{}","level":"{}","message":)", rfc3339(system_clock{}.now()),
                   word(of));
    append_json_text(line, message);
    for (const field& each : with) {
        line.push_back(',');
        append_json_text(line, each.key);
        line.push_back(':');
        append_value(line, each, format::json);
    }
    line.push_back('}');
}

void append_text(buffer& line, level of, std::string_view message, fields with) {
    fmt::format_to(std::back_inserter(line), "{} {:<7} {}", rfc3339(system_clock{}.now()), word(of),
                   escape_controls(message));
    for (const field& each : with) {
        line.push_back(' ');
        append(line, escape_controls(each.key));
        line.push_back('=');
        append_value(line, each, format::text);
    }
}

void write(level of, std::string_view message, fields with) {
    target& to = current();
    if (!to.logger.should_log(target::native(of))) return;
    try {
        buffer line;
        if (to.as == format::json) {
            append_json(line, of, message, with);
        } else {
            append_text(line, of, message, with);
        }
        to.logger.log(target::native(of), spdlog::string_view_t(line.data(), line.size()));
    } catch (const std::bad_alloc&) {
        // Who says that there is no memory must not fail by it.
        lost.fetch_add(1, std::memory_order_relaxed);
    }
}

}  // namespace

result<void> start(const settings& how) {
    int descriptor = STDERR_FILENO;
    if (!how.file.empty()) {
        descriptor = ::open(how.file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
        if (descriptor < 0) {
            const int reason = errno;
            return failure(
                fault::unavailable, "log_file_unusable",
                fmt::format("The log file {} cannot be opened: {}.", escape_controls(how.file), std::strerror(reason)));
        }
    }
    registry().add(descriptor, how);
    return {};
}

void set_level(level least) { current().set_level(least); }

bool enabled(level of) { return of != level::off && current().logger.should_log(target::native(of)); }

result<level> parse_level(std::string_view name) {
    for (const level each : {level::trace, level::debug, level::info, level::warning, level::error, level::off}) {
        if (word(each) == name) return each;
    }
    return invalid("log_level_unknown", "A log level is one of trace, debug, info, warning, error and off.");
}

void trace(std::string_view message, fields with) { write(level::trace, message, with); }
void debug(std::string_view message, fields with) { write(level::debug, message, with); }
void info(std::string_view message, fields with) { write(level::info, message, with); }
void warning(std::string_view message, fields with) { write(level::warning, message, with); }
void error(std::string_view message, fields with) { write(level::error, message, with); }

std::uint64_t dropped() { return lost.load(std::memory_order_relaxed); }

}  // namespace parley::log
