// Shown in place is only what no browser runs; everything else is a download.
#include "serving.hpp"

#include "kinds.hpp"

namespace attachments {

sdk::task<sdk::reply> serving::content(sdk::call call, content_request in, sdk::visitor by) const {
    const auto row = co_await from_.require_content(call, in.file);
    const bool in_place = is_shown_in_place(row.type);
    sdk::sent_file made;
    made.path = row.path;
    made.name = row.name;
    // A browser is not told of types that it might run; the name keeps its ending.
    made.type = in_place || row.type == "text/plain" ? row.type : "application/octet-stream";
    made.attachment = !in_place || in.download.value_or(false);
    made.etag = "f" + std::to_string(row.id) + "-" + row.sha256.substr(0, 16);
    made.cache = "private, no-cache";  // who may have it is asked each time
    if (!is_local(row)) co_return co_await places_.serve(call, row, std::move(made), by.method);
    co_return sdk::reply::send(made);
}

}  // namespace attachments
