// Nothing is remembered of what was allowed: the server and attachments are asked each time.
#include "standing.hpp"

#include "secrets.hpp"

namespace share_links {
namespace {

using attachments::file_facts;
using attachments::file_state;

sdk::error no_such_file() { return sdk::not_found("file_unknown", "There is no such file."); }

/// Whether the maker is there, sees the conversation, and has the right and the plugin there.
sdk::task<bool> may_be_given(sdk::call call, link_row row) {
    const terms_request in{sdk::id(row.conversation)};
    const auto is = co_await call.may(sdk::id(row.maker), "share_link.terms", in);
    co_return is.may;
}

struct one_message {
    sdk::id message;
};
BOOST_DESCRIBE_STRUCT(one_message, (), (message))

sdk::task<bool> maker_sees(sdk::call call, link_row row, file_facts file) {
    if (!file.message) co_return false;
    const one_message which{*file.message};
    const auto is = co_await call.may(sdk::id(row.maker), "message.get", which);
    co_return is.may;
}

sdk::task<file_facts> facts_of(sdk::call call, link_row row, sdk::id file) {
    auto there = call;
    there.model = row.model;
    const attachments::one_file which{file};
    co_return co_await there.service<file_facts>("attachments.file/1", which);
}

sdk::task<fate> fate_of_file(sdk::call call, standing& of) {
    const auto file = co_await facts_of(call, of.row, sdk::id(of.row.file)).as_result();
    if (!file && file.error().status == PARLEY_NOT_FOUND) {
        co_await call.storage([&](odb::database& db) { remove_link(db, of.row); });
        of.row = {};
        co_return fate::over;
    }
    if (!file) co_await sdk::error(file.error());
    if (is_lost(file->state)) {
        co_await call.storage([&](odb::database& db) { end_links_of_file(db, call.tenant, file->file, sdk::now()); });
        co_return fate::over;
    }
    const bool is_seen = is_given_out(*file) && co_await maker_sees(call, of.row, *file);
    if (!is_seen) co_return fate::over;
    of.file = *file;
    co_return fate::stands;
}

sdk::task<fate> fate_of(sdk::call call, standing& of) {
    const auto state = state_of(of.row, sdk::now());
    if (state != link_state::good && state != link_state::used_up) co_return fate::over;
    const bool may = co_await may_be_given(call, of.row);
    if (!may) co_return fate::over;
    if (of.row.file == 0) co_return fate::stands;
    co_return co_await fate_of_file(call, of);
}

}  // namespace

bool is_lost(file_state is) {
    return is == file_state::rejected || is == file_state::quarantined || is == file_state::kept;
}

bool is_given_out(const file_facts& file) {
    return file.state == file_state::ready && file.published && file.message.has_value();
}

sdk::task<standing> standing_of(sdk::call call, std::string token) {
    const auto hash = digest_of(token);
    const auto found = co_await call.storage([&](odb::database& db) { return find_link(db, call.tenant, hash); });
    standing made;
    if (found.row == nullptr) {
        made.is = found.is_past ? fate::over : fate::unknown;
        co_return made;
    }
    made.row = *found.row;
    const auto is = co_await fate_of(call, made).as_result();
    if (!is) sdk::log::warning("whether a link stands is not clear", {{"code", is.error().code}});
    made.is = is ? *is : fate::unclear;
    co_return made;
}

sdk::task<file_facts> file_among(sdk::call call, link_row row, sdk::id file) {
    auto found = co_await facts_of(call, row, file);
    // Newer versions are not in the conversation's list either.
    const bool is_listed = found.conversation == sdk::id(row.conversation) && is_given_out(found) && !found.version_of;
    if (!is_listed) co_return no_such_file();
    const bool is_seen = co_await maker_sees(call, row, found);
    if (!is_seen) co_return no_such_file();
    co_return found;
}

}  // namespace share_links
