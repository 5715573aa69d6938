// Requests to a store, signed; files go from and to the disk without being held in memory.
#include "s3_store.hpp"

#include <curl/curl.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <limits>
#include <memory>
#include <parley/runtime.hpp>

#include "digest.hpp"
#include "open_file.hpp"

namespace attachments {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t most_answer = std::size_t{16} * 1024 * 1024;
constexpr long connect_seconds = 10;
constexpr long slow_seconds = 60;
constexpr long slow_bytes = 100;
constexpr long well = 200;
constexpr long not_there = 404;
const std::string nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

struct free_curl {
    void operator()(CURL* of) const { curl_easy_cleanup(of); }
    void operator()(curl_slist* of) const { curl_slist_free_all(of); }
};

sdk::error trouble(const std::string& what, const std::string& why) {
    sdk::log::warning("the S3 store does not do what it is asked", {{"what", what}, {"why", why}});
    return sdk::unavailable("storage_failed", "The file is not within reach now; try again.");
}

/// A part of a file that is sent.
struct piece {
    int from = -1;
    std::int64_t at = 0;
    std::int64_t left = 0;
};

std::size_t send_piece(char* to, std::size_t size, std::size_t count, void* given) {
    auto& of = *static_cast<piece*>(given);
    const auto most = std::min<std::int64_t>(static_cast<std::int64_t>(size * count), of.left);
    const auto got = most == 0 ? 0 : ::pread(of.from, to, static_cast<std::size_t>(most), of.at);
    if (got < 0 || (got == 0 && most != 0)) return CURL_READFUNC_ABORT;
    of.at += got;
    of.left -= got;
    return static_cast<std::size_t>(got);
}

sdk::result<std::string> sha256_of_piece(piece of) {
    sha256_sum sum;
    std::vector<char> buffer(std::size_t{256} * 1024);
    while (of.left > 0) {
        const auto got = send_piece(buffer.data(), 1, buffer.size(), &of);
        if (got == CURL_READFUNC_ABORT) return trouble("put", "the file cannot be read");
        sum.add({buffer.data(), got});
    }
    return sum.end();
}

std::string decoded(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, char>, 5> all{
        {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};
    std::string made;
    while (!text.empty()) {
        const auto found = std::ranges::find_if(all, [&](const auto& one) { return text.starts_with(one.first); });
        made += found == all.end() ? text.front() : found->second;
        text.remove_prefix(found == all.end() ? 1 : found->first.size());
    }
    return made;
}

/// "2026-01-31T12:00:00.000Z"; what cannot be read is now, which is never old.
std::int64_t moment_of(const std::string& text) {
    std::tm parts{};
    if (::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return sdk::now();
    return static_cast<std::int64_t>(::timegm(&parts)) * 1000;
}

std::int64_t number_of(const std::string& text) {
    std::int64_t made = 0;
    for (const char c : text) {
        if (c < '0' || c > '9' || made > std::numeric_limits<std::int64_t>::max() / 10 - 1) return -1;
        made = made * 10 + (c - '0');
    }
    return made;
}

}  // namespace

/// One request and its answer.
struct s3_store::exchange {
    s3_request request{};
    std::string body{};  ///< that is sent, when no file is
    piece upload{};      ///< of a file that is sent
    int download = -1;   ///< where an answer's body goes; otherwise into `answer`
    sha256_sum came{};   ///< of the answer's body, when it is downloaded
    long status = 0;
    std::string answer{};
    std::string etag{};
    std::int64_t length = -1;  ///< Content-Length of the answer
    int broke = 0;             ///< why what came could not be written: errno

    static std::size_t take(char* bytes, std::size_t size, std::size_t count, void* given) {
        auto& to = *static_cast<exchange*>(given);
        const auto all = size * count;
        if (to.download < 0 || to.status_of() != well) {
            if (to.answer.size() + all > most_answer) return 0;
            to.answer.append(bytes, all);
            return all;
        }
        for (std::size_t done = 0; done < all;) {
            const auto put = ::write(to.download, bytes + done, all - done);
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) {
                to.broke = errno;
                return 0;
            }
            done += static_cast<std::size_t>(put);
        }
        to.came.add({bytes, all});
        return all;
    }
    static std::size_t hear(char* bytes, std::size_t size, std::size_t count, void* given) {
        auto& to = *static_cast<exchange*>(given);
        std::string_view line(bytes, size * count);
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return size * count;
        std::string name(line.substr(0, colon));
        std::ranges::transform(name, name.begin(),
                               [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        auto value = line.substr(colon + 1);
        while (!value.empty() && (value.front() == ' ')) value.remove_prefix(1);
        while (!value.empty() && (value.back() == '\r' || value.back() == '\n' || value.back() == ' '))
            value.remove_suffix(1);
        if (name == "etag") to.etag = value;
        if (name == "content-length") to.length = number_of(std::string(value));
        return size * count;
    }
    [[nodiscard]] long status_of() const {
        long made = 0;
        curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &made);
        return made;
    }
    std::unique_ptr<CURL, free_curl> handle{curl_easy_init()};
};

s3_place s3_place::of(const settings& from) {
    return {.endpoint = from.s3_endpoint,
            .bucket = from.s3_bucket,
            .prefix = from.s3_prefix.empty() || from.s3_prefix.ends_with('/') ? from.s3_prefix : from.s3_prefix + "/",
            .path_style = from.s3_path_style,
            .who = {from.s3_access_key, from.s3_secret_key, from.s3_region},
            .part_bytes = from.s3_part_bytes};
}

std::string s3_store::host() const {
    const auto made = at_.endpoint.substr(at_.endpoint.find("://") + 3);
    return at_.path_style ? made : at_.bucket + "." + made;
}

std::string s3_store::bucket_path() const { return at_.path_style ? "/" + path_encoded(at_.bucket) : "/"; }

std::string s3_store::key_path(const std::string& blob) const {
    return (at_.path_style ? "/" + at_.bucket : std::string()) + "/" + at_.prefix + blob;
}

sdk::result<void> s3_store::ask(exchange& it) const {
    auto& request = it.request;
    const auto date = amz_date(sdk::now());
    if (request.payload_hash.empty()) request.payload_hash = it.body.empty() ? nothing : sha256_text(it.body);
    request.headers["host"] = host();
    request.headers["x-amz-date"] = date;
    request.headers["x-amz-content-sha256"] = request.payload_hash;
    std::unique_ptr<curl_slist, free_curl> lines;
    const auto add = [&](const std::string& line) { lines.reset(curl_slist_append(lines.release(), line.c_str())); };
    for (const auto& [name, value] : request.headers) add(name + ": " + value);
    add("Authorization: " + authorization_of(at_.who, request, date));
    add("Expect:");
    const auto scheme = at_.endpoint.substr(0, at_.endpoint.find("://") + 3);
    const auto query = query_text(request.query);
    const auto address = scheme + host() + request.path + (query.empty() ? "" : "?" + query);
    auto* to = it.handle.get();
    curl_easy_setopt(to, CURLOPT_URL, address.c_str());
    curl_easy_setopt(to, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(to, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(to, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(to, CURLOPT_PROXY, "");
    curl_easy_setopt(to, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(to, CURLOPT_CONNECTTIMEOUT, connect_seconds);
    curl_easy_setopt(to, CURLOPT_LOW_SPEED_TIME, slow_seconds);
    curl_easy_setopt(to, CURLOPT_LOW_SPEED_LIMIT, slow_bytes);
    curl_easy_setopt(to, CURLOPT_HTTPHEADER, lines.get());
    curl_easy_setopt(to, CURLOPT_WRITEFUNCTION, &exchange::take);
    curl_easy_setopt(to, CURLOPT_WRITEDATA, &it);
    curl_easy_setopt(to, CURLOPT_HEADERFUNCTION, &exchange::hear);
    curl_easy_setopt(to, CURLOPT_HEADERDATA, &it);
    if (request.method == "HEAD") {
        curl_easy_setopt(to, CURLOPT_NOBODY, 1L);
    } else if (request.method == "PUT") {
        curl_easy_setopt(to, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(to, CURLOPT_READFUNCTION, &send_piece);
        curl_easy_setopt(to, CURLOPT_READDATA, &it.upload);
        curl_easy_setopt(to, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(it.upload.left));
    } else if (request.method == "POST") {
        curl_easy_setopt(to, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(it.body.size()));
        curl_easy_setopt(to, CURLOPT_COPYPOSTFIELDS, it.body.c_str());
    } else {
        curl_easy_setopt(to, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    const auto what = request.method + " " + request.path;
    if (const auto failed = curl_easy_perform(to); failed != CURLE_OK) return trouble(what, curl_easy_strerror(failed));
    it.status = it.status_of();
    if ((it.status >= well && it.status < 300) || it.status == not_there) return {};
    const auto codes = elements_of(it.answer, "Code");
    return trouble(what, std::to_string(it.status) + (codes.empty() ? "" : " " + codes.front()));
}

sdk::result<void> s3_store::put(const std::string& from, const std::string& blob, std::int64_t bytes) const {
    if (bytes > at_.part_bytes) return put_in_parts(from, blob, bytes);
    const open_file opened(files_ / from, O_RDONLY);
    if (!opened.is_open()) return trouble("put " + blob, "there is no file");
    exchange it;
    it.request = {.method = "PUT", .path = path_encoded(key_path(blob))};
    it.upload = {opened.number(), 0, bytes};
    auto sum = sha256_of_piece(it.upload);
    if (!sum) return sum.error();
    it.request.payload_hash = *sum;
    if (auto done = ask(it); !done) return done;
    if (it.status == not_there) return trouble("put " + blob, "there is no such bucket");
    return {};
}

sdk::result<void> s3_store::put_in_parts(const std::string& from, const std::string& blob, std::int64_t bytes) const {
    const open_file opened(files_ / from, O_RDONLY);
    if (!opened.is_open()) return trouble("put " + blob, "there is no file");
    // What an earlier attempt left of this one.
    if (const auto left = list_unfinished(blob))
        for (const auto& one : *left)
            if (one.blob == blob) (void)end(one);
    exchange begin;
    begin.request = {.method = "POST", .path = path_encoded(key_path(blob)), .query = {{"uploads", ""}}};
    if (auto done = ask(begin); !done) return done;
    const auto ids = elements_of(begin.answer, "UploadId");
    if (ids.empty()) return trouble("put " + blob, "no upload was begun");
    const auto send = [&]() -> sdk::result<void> {
        // There may be ten thousand parts.
        const auto size = std::max(at_.part_bytes, bytes / 9'999 + 1);
        std::string list = "<CompleteMultipartUpload>";
        int number = 0;
        for (std::int64_t at = 0; at < bytes; at += size) {
            ++number;
            exchange part;
            part.request = {.method = "PUT",
                            .path = path_encoded(key_path(blob)),
                            .query = {{"partNumber", std::to_string(number)}, {"uploadId", ids.front()}}};
            part.upload = {opened.number(), at, std::min(size, bytes - at)};
            auto sum = sha256_of_piece(part.upload);
            if (!sum) return sum.error();
            part.request.payload_hash = *sum;
            if (auto done = ask(part); !done) return done;
            if (part.status == not_there || part.etag.empty()) return trouble("put " + blob, "a part was not taken");
            list +=
                "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>" + part.etag + "</ETag></Part>";
        }
        exchange last;
        last.request = {.method = "POST", .path = path_encoded(key_path(blob)), .query = {{"uploadId", ids.front()}}};
        last.body = list + "</CompleteMultipartUpload>";
        last.request.headers["content-type"] = "application/xml";
        if (auto done = ask(last); !done) return done;
        // It may say 200 and then, while it puts the parts together, that it failed.
        const auto codes = elements_of(last.answer, "Code");
        if (last.status == not_there || !codes.empty())
            return trouble("put " + blob, codes.empty() ? "the upload is gone" : codes.front());
        return {};
    };
    auto done = send();
    if (!done) (void)end({blob, ids.front()});
    return done;
}

sdk::result<std::string> s3_store::get(const std::string& blob, const std::string& to) const {
    std::error_code wrong;
    fs::create_directories((files_ / to).parent_path(), wrong);
    const open_file opened(files_ / to, O_WRONLY | O_CREAT | O_TRUNC);
    if (!opened.is_open()) return trouble("get " + blob, std::strerror(errno));
    exchange it;
    it.request.path = path_encoded(key_path(blob));
    it.download = opened.number();
    auto done = ask(it);
    if (done && it.status == not_there) done = trouble("get " + blob, "it is not there");
    if (done && ::fsync(opened.number()) != 0) done = trouble("get " + blob, std::strerror(errno));
    if (done) return it.came.end();
    (void)::unlink((files_ / to).c_str());  // of no use to anybody
    const bool is_full = it.broke == ENOSPC || it.broke == EDQUOT || it.broke == EFBIG;
    return is_full ? sdk::unavailable("disk_full", "There is no room left for this on the server's disk.")
                   : done.error();
}

sdk::result<void> s3_store::remove(const std::string& blob) const {
    exchange it;
    it.request = {.method = "DELETE", .path = path_encoded(key_path(blob))};
    return ask(it);
}

sdk::result<std::optional<std::int64_t>> s3_store::size_of(const std::string& blob) const {
    exchange it;
    it.request = {.method = "HEAD", .path = path_encoded(key_path(blob))};
    if (auto done = ask(it); !done) return done.error();
    if (it.status == not_there) return std::optional<std::int64_t>();
    if (it.length < 0) return trouble("look at " + blob, "it says no length");
    return std::optional(it.length);
}

sdk::result<std::string> s3_store::sha256_of(const std::string& blob) const {
    const open_file sink("/dev/null", O_WRONLY);
    if (!sink.is_open()) return trouble("read " + blob, std::strerror(errno));
    exchange it;
    it.request.path = path_encoded(key_path(blob));
    it.download = sink.number();
    if (auto done = ask(it); !done) return done.error();
    if (it.status == not_there) return trouble("read " + blob, "it is not there");
    return it.came.end();
}

sdk::result<std::map<std::string, s3_store::listed>> s3_store::list(const std::string& folder) const {
    std::map<std::string, listed> all;
    std::string token;
    for (bool more = true; more;) {
        exchange it;
        it.request.path = bucket_path();
        it.request.query = {{"list-type", "2"}, {"prefix", at_.prefix + folder}, {"max-keys", "1000"}};
        if (!token.empty()) it.request.query["continuation-token"] = token;
        if (auto done = ask(it); !done) return done.error();
        if (it.status == not_there) return trouble("list", "there is no such bucket");
        for (const auto& one : elements_of(it.answer, "Contents")) {
            const auto keys = elements_of(one, "Key");
            const auto sizes = elements_of(one, "Size");
            const auto dates = elements_of(one, "LastModified");
            if (keys.empty() || sizes.empty() || dates.empty() || !keys.front().starts_with(at_.prefix)) continue;
            all[keys.front().substr(at_.prefix.size())] = {number_of(sizes.front()), moment_of(dates.front())};
        }
        const auto next = elements_of(it.answer, "NextContinuationToken");
        const auto cut = elements_of(it.answer, "IsTruncated");
        more = !cut.empty() && cut.front() == "true" && !next.empty() && next.front() != token;
        if (more) token = next.front();
    }
    return all;
}

sdk::result<std::vector<s3_store::unfinished>> s3_store::list_unfinished(const std::string& folder) const {
    exchange it;
    it.request.path = bucket_path();
    it.request.query = {{"uploads", ""}, {"prefix", at_.prefix + folder}};
    if (auto done = ask(it); !done) return done.error();
    std::vector<unfinished> all;
    for (const auto& one : elements_of(it.answer, "Upload")) {
        const auto keys = elements_of(one, "Key");
        const auto ids = elements_of(one, "UploadId");
        if (!keys.empty() && !ids.empty() && keys.front().starts_with(at_.prefix))
            all.push_back({keys.front().substr(at_.prefix.size()), ids.front()});
    }
    return all;
}

sdk::result<void> s3_store::end(const unfinished& what) const {
    exchange it;
    it.request = {.method = "DELETE", .path = path_encoded(key_path(what.blob)), .query = {{"uploadId", what.id}}};
    return ask(it);
}

std::string s3_store::address_of(const std::string& blob, const shown_as& as, std::int64_t seconds) const {
    const s3_request what{
        .method = as.method,
        .path = path_encoded(key_path(blob)),
        .query = {{"response-content-disposition", as.disposition}, {"response-content-type", as.type}},
        .headers = {{"host", host()}}};
    return at_.endpoint.substr(0, at_.endpoint.find("://") + 3) + host() + what.path + "?" +
           presigned_query(at_.who, what, amz_date(sdk::now()), seconds);
}

std::vector<std::string> elements_of(std::string_view xml, std::string_view name) {
    const auto open = "<" + std::string(name) + ">";
    const auto close = "</" + std::string(name) + ">";
    std::vector<std::string> all;
    for (auto at = xml.find(open); at != std::string_view::npos; at = xml.find(open, at)) {
        at += open.size();
        const auto end = xml.find(close, at);
        if (end == std::string_view::npos) break;
        const auto inside = xml.substr(at, end - at);
        all.push_back(inside.find('<') == std::string_view::npos ? decoded(inside) : std::string(inside));
        at = end;
    }
    return all;
}

std::string disposition_of(bool attachment, const std::string& name) {
    std::string plain;
    for (const char c : name) plain += (c >= ' ' && c < 127 && c != '"' && c != '\\') ? c : '_';
    return std::string(attachment ? "attachment" : "inline") + "; filename=\"" + plain + "\"; filename*=UTF-8''" +
           uri_encoded(name);
}

}  // namespace attachments
