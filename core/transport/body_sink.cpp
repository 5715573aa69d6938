// Counting, writing, syncing; a name of our own for every file.
#include "transport/body_sink.hpp"

#include <boost/json/array.hpp>

#include "base/secret.hpp"
#include "base/text.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

constexpr std::size_t most_field_bytes = 64 * 1024;  // of all fields that are no files
constexpr std::size_t most_fields = 100;
constexpr std::size_t most_said = 1024;  // of what a client says of a file
constexpr std::uint64_t most_most = 1ULL << 50;

result<void> too_large(std::uint64_t most) {
    return failure(fault::too_large, "body_too_large",
                   "The body is longer than the limit of " + std::to_string(most) + " bytes.");
}

/// UTF-8 without an end in the middle; what is none is replaced.
std::string said(std::string_view text) { return escape_and_cut(text, most_said); }

std::uint64_t number_in(const json::object& of, std::string_view name, std::uint64_t otherwise, bool& good) {
    const auto* found = of.if_contains(name);
    if (found == nullptr || found->is_null()) return otherwise;
    if (!found->is_int64() || found->get_int64() < 0) good = false;
    return good ? static_cast<std::uint64_t>(found->get_int64()) : otherwise;
}

std::string text_in(const json::object& of, std::string_view name, bool& good) {
    const auto* found = of.if_contains(name);
    if (found == nullptr || found->is_null()) return {};
    if (!found->is_string()) good = false;
    return good ? std::string(found->get_string()) : std::string();
}

std::string new_name(const admitted_body& by) {
    return (by.folder.empty() ? std::string() : by.folder + "/") + random_token("");
}

class one_file final : public body_sink {
public:
    one_file(beneath in, admitted_body by) : in_(std::move(in)), by_(std::move(by)) {
        name_ = by_.append_to.empty() ? new_name(by_) : by_.append_to;
    }

    result<void> write(std::string_view bytes) override {
        if (bytes.size() > by_.most_bytes - bytes_) return too_large(by_.most_bytes);
        if (auto there = open(); !there) return there;
        if (auto written = write_all(file_, bytes); !written) return written;
        bytes_ += bytes.size();
        return {};
    }
    result<void> finish() override {
        if (auto there = open(); !there) return there;
        return sync(file_);
    }
    void give_up() override {
        if (file_ && !by_.append_to.empty()) static_cast<void>(sync(file_));
        const bool made = static_cast<bool>(file_);
        file_ = {};
        if (by_.append_to.empty()) gone_ = true;
        if (made && gone_) in_.remove(name_);
    }
    json::object received() const override {
        json::array parts;
        if (!gone_)
            parts.push_back(
                json::object{{"field", ""}, {"name", ""}, {"type", ""}, {"file", name_}, {"bytes", bytes_}});
        return {{"bytes", bytes_}, {"parts", std::move(parts)}, {"fields", json::object{}}};
    }

private:
    result<void> open() {
        if (file_) return {};
        auto made = by_.append_to.empty() ? in_.create(name_) : in_.append(name_, by_.at);
        if (!made) return std::unexpected(made.error());
        file_ = std::move(*made);
        return {};
    }

    beneath in_;
    admitted_body by_;
    std::string name_;
    open_file file_;
    std::uint64_t bytes_ = 0;
    bool gone_ = false;
};

class form final : public body_sink, private part_taker {
public:
    form(beneath in, admitted_body by, std::string_view boundary)
        : in_(std::move(in)), by_(std::move(by)), reader_(boundary, *this) {}

    result<void> write(std::string_view bytes) override { return reader_.feed(bytes); }
    result<void> finish() override { return reader_.finish(); }
    void give_up() override {
        file_ = {};
        for (const auto& one : parts_) in_.remove(one.file);
        parts_.clear();
    }
    json::object received() const override {
        json::array parts;
        for (const auto& one : parts_)
            parts.push_back(json::object{{"field", said(one.head.field)},
                                         {"name", said(one.head.name)},
                                         {"type", said(one.head.type)},
                                         {"file", one.file},
                                         {"bytes", one.bytes}});
        return {{"bytes", bytes_}, {"parts", std::move(parts)}, {"fields", fields_}};
    }

private:
    struct part {
        part_head head;
        std::string file;
        std::uint64_t bytes = 0;
    };

    result<void> begin(part_head head) override {
        in_file_ = head.is_file;
        if (!in_file_) {
            field_ = said(head.field);
            if (fields_.size() >= most_fields) return too_many();
            fields_[field_] = "";
            return {};
        }
        if (parts_.size() >= by_.most_parts) return too_many();
        parts_.push_back({.head = std::move(head), .file = new_name(by_)});
        auto made = in_.create(parts_.back().file);
        if (!made) return std::unexpected(made.error());
        file_ = std::move(*made);
        return {};
    }
    result<void> data(std::string_view bytes) override {
        if (!in_file_) {
            field_bytes_ += bytes.size();
            if (field_bytes_ > most_field_bytes) return too_large(most_field_bytes);
            value_ += bytes;
            return {};
        }
        auto& to = parts_.back();
        if (bytes.size() > by_.most_bytes - bytes_) return too_large(by_.most_bytes);
        if (bytes.size() > by_.most_part_bytes - to.bytes) return too_large(by_.most_part_bytes);
        if (auto written = write_all(file_, bytes); !written) return written;
        bytes_ += bytes.size();
        to.bytes += bytes.size();
        return {};
    }
    result<void> end() override {
        if (!in_file_) {
            if (!is_utf8(value_)) return invalid("multipart_malformed", "A form's field is not UTF-8.");
            fields_[field_] = std::exchange(value_, {});
            return {};
        }
        auto synced = sync(file_);
        file_ = {};
        return synced;
    }
    [[nodiscard]] result<void> too_many() const {
        return failure(fault::too_large, "too_many_parts",
                       "There are more than " + std::to_string(by_.most_parts) + " files in one upload.");
    }

    beneath in_;
    admitted_body by_;
    multipart_reader reader_;
    std::vector<part> parts_;
    open_file file_;
    json::object fields_;
    std::string field_;
    std::string value_;
    std::size_t field_bytes_ = 0;
    std::uint64_t bytes_ = 0;
    bool in_file_ = false;
};

}  // namespace

result<admitted_body> admitted_body::read(const json::object& from) {
    bool good = true;
    admitted_body made{.folder = text_in(from, "folder", good),
                       .most_bytes = number_in(from, "most_bytes", 0, good),
                       .most_part_bytes = number_in(from, "most_part_bytes", 0, good),
                       .most_parts = static_cast<std::size_t>(number_in(from, "most_parts", 1, good)),
                       .append_to = text_in(from, "append_to", good),
                       .at = number_in(from, "at", 0, good)};
    if (made.most_bytes > most_most) good = false;
    if (made.most_part_bytes == 0 || made.most_part_bytes > made.most_bytes) made.most_part_bytes = made.most_bytes;
    if (const auto* kept = from.if_contains("kept"); kept != nullptr && kept->is_object())
        made.kept = kept->get_object();
    if (!good) return failure(fault::internal, "admission_wrong", "The plugin admits something that makes no sense.");
    return made;
}

std::unique_ptr<body_sink> bytes_sink(beneath in, admitted_body by) {
    return std::make_unique<one_file>(std::move(in), std::move(by));
}

std::unique_ptr<body_sink> parts_sink(beneath in, admitted_body by, std::string_view boundary) {
    return std::make_unique<form>(std::move(in), std::move(by), boundary);
}

}  // namespace parley::transport
