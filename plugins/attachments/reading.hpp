// Who may know of which file, and the commands that show and delete files.
#pragma once

#include <parley/storage.hpp>

#include "house.hpp"
#include "messages.hpp"
#include "quota.hpp"
#include "shown.hpp"

namespace attachments {

struct list_request {
    sdk::id conversation;
    std::optional<file_category> category;
    std::optional<bool> mine;
    std::optional<file_state> state;
    std::optional<sdk::id> before;
    std::optional<sdk::whole<1, 200>> limit;
};
BOOST_DESCRIBE_STRUCT(list_request, (), (conversation, category, mine, state, before, limit))

struct shown_usage {
    usage user;
};
BOOST_DESCRIBE_STRUCT(shown_usage, (), (user))

class reading {
public:
    reading(house& in, messages& with) : in_(in), messages_(with) {}

    [[nodiscard]] sdk::task<shown_files> list(sdk::call, list_request) const;
    [[nodiscard]] sdk::task<shown_file> get(sdk::call, one_file) const;
    [[nodiscard]] sdk::task<shown_files> versions(sdk::call, one_file) const;
    [[nodiscard]] sdk::task<shown_file> remove(sdk::call, one_file) const;
    [[nodiscard]] sdk::task<shown_usage> own_usage(sdk::call) const;
    [[nodiscard]] sdk::task<usages> tenant_usage(sdk::call) const;

    /// Services.
    [[nodiscard]] sdk::task<file_facts> facts(sdk::call, one_file) const;
    [[nodiscard]] sdk::task<files_page> page(sdk::call, files_wanted) const;
    [[nodiscard]] sdk::task<file_facts> if_seen(sdk::call, one_file) const;

    /// The row, if the caller may have its content; otherwise not_found.
    [[nodiscard]] sdk::task<file_row> require_content(sdk::call, sdk::id file) const;

private:
    /// The row, if the caller may know of it: its uploader always, others when it is ready and they see its message.
    [[nodiscard]] sdk::task<file_row> require_known(sdk::call, sdk::id file) const;
    [[nodiscard]] sdk::task<bool> sees_message(sdk::call, std::int64_t message) const;

    house& in_;
    messages& messages_;
};

}  // namespace attachments
