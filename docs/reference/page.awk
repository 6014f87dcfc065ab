# reference: siglet.h as one page of HTML. Usage: awk -v version=V -f page.awk pkg/siglet/siglet.h >reference.html
#
# What stands in the header is what is shown: a comment describes the declarations that follow it without a
# blank line, a comment behind a declaration describes that one, and "---- a name ----" begins a section.
# Two passes over the lines: the first learns the names, so that each can be a link wherever it stands.

{ line[NR] = $0 }

END {
	learn_names()
	print_head()
	for (at = 1; at <= NR; at++)
		take(line[at])
	end_group()
	end_section()
	print "</main>\n</body>\n</html>"
}

# ---- names ----
function declared(text,    name) {
	if (match(text, /siglet_[a-z0-9_]+\(/))
		return substr(text, RSTART, RLENGTH - 1)
	if (match(text, /^typedef struct siglet_[a-z0-9_]+/) || match(text, /^typedef enum siglet_[a-z0-9_]+/)) {
		name = substr(text, RSTART, RLENGTH)
		if (match(text, / siglet_[a-z0-9_]+;/) && text !~ /\{/)
			name = substr(text, RSTART, RLENGTH - 1)
		sub(/.* /, "", name)
		return name
	}
	return ""
}

function learn_names(    i, text) {
	for (i = 1; i <= NR; i++) {
		text = line[i]
		if (text ~ /^(SIGLET_|typedef )/ && text !~ /;/ && text !~ /\{/)
			while (i < NR && text !~ /[;{]/)
				text = text " " line[++i]
		if (text ~ /^(SIGLET_|typedef )/ && declared(text) != "")
			known[declared(text)] = 1
		while (match(text, /SIGLET_[A-Z0-9_]+( =|,)/) && text ~ /^\t/) {
			text = substr(text, RSTART)
			known_member[substr(text, 1, match(text, /( =|,)/) - 1)] = 1
			text = substr(text, 8)
		}
	}
}

# ---- reading ----
function take(text) {
	if (in_comment || text ~ /^\/\*/)
		take_comment(text)
	else if (text == "")
		end_group()
	else if (text ~ /^#/ || text ~ /^extern "C"/ || (text ~ /^}/ && !depth))
		next_is_macro = text ~ /\\$/
	else if (next_is_macro)
		next_is_macro = text ~ /\\$/
	else
		take_declaration(text)
}

function take_comment(text) {
	if (!in_comment) {
		end_group()
		if (text ~ /^\/\* ---- .* ---- \*\/$/) {
			sub(/^\/\* ---- /, "", text)
			sub(/ ---- \*\/$/, "", text)
			begin_section(text)
			return
		}
		comment = ""
		sub(/^\/\*/, "", text)
	}
	in_comment = text !~ /\*\/$/
	sub(/[ \t]*\*\/$/, "", text)
	sub(/^ \*/, "", text)
	sub(/^ /, "", text)
	comment = comment text "\n"
}

function take_declaration(text,    bare) {
	declaration = declaration (declaration == "" ? "" : "\n") text
	bare = text
	gsub(/\/\*[^*]*\*\//, "", bare)
	sub(/\/\*.*/, "", bare)
	depth += gsub(/\{/, "{", bare) - gsub(/\}/, "}", bare)
	if (depth == 0 && bare ~ /;[ \t]*$/) {
		add_declaration(declaration)
		declaration = ""
	}
}

# What has a comment of its own, and what frees, stands by itself.
function add_declaration(text,    own) {
	own = ""
	if (text !~ /\{/ && match(text, /;[ \t]*\/\*.*\*\/$/)) {
		own = substr(text, RSTART + 1)
		gsub(/^[ \t]*\/\*[ ]*|[ ]*\*\/$/, "", own)
		text = substr(text, 1, RSTART)
	}
	if (own == "" && declared(text) ~ /_free$/ && (members > 0 || comment == ""))
		own = "Frees it, and what was made for it. NULL is fine."
	if (own != "" && members > 0)
		end_group()
	members++
	member[members] = text
	if (own != "")
		comment = comment own "\n"
}

# ---- writing ----
function escaped(text) {
	gsub(/&/, "\\&amp;", text)
	gsub(/</, "\\&lt;", text)
	gsub(/>/, "\\&gt;", text)
	return text
}

# Every name that is declared somewhere becomes a link, and the first of here what they lead to.
function linked(text, here,    out, name, marked) {
	out = ""
	marked = 0
	while (match(text, /(siglet|SIGLET)_[A-Za-z0-9_]+/)) {
		name = substr(text, RSTART, RLENGTH)
		out = out substr(text, 1, RSTART - 1)
		if ((name in known || name in known_member) && name != here)
			out = out "<a href=\"#" name "\">" name "</a>"
		else if (name == here && !marked++)
			out = out "<b id=\"" name "\">" name "</b>"
		else
			out = out name
		text = substr(text, RSTART + RLENGTH)
	}
	return out text
}

function paragraphs(text,    n, i, lines, mode, new_mode, out) {
	n = split(text, lines, "\n")
	mode = ""
	out = ""
	for (i = 1; i <= n; i++) {
		new_mode = lines[i] == "" ? "" : lines[i] ~ /^\t/ ? "pre" : "p"
		if (new_mode != mode) {
			out = out (mode == "" ? "" : "</" mode ">\n") (new_mode == "" ? "" : "<" new_mode ">")
			mode = new_mode
		} else if (mode == "p" && lines[i] ~ /^(   |Errors)/)
			out = out "<br>"
		else if (mode != "")
			out = out "\n"
		sub(/^\t/, "", lines[i])
		lines[i] = linked(escaped(lines[i]), "")
		sub(/^Errors( also)?:/, "<b>&</b>", lines[i])
		out = out lines[i]
	}
	return out (mode == "" ? "" : "</" mode ">\n")
}

function code(text,    name, shown) {
	name = declared(text)
	gsub(/SIGLET_(API|CHECKED)[ \t\n]+/, "", text)
	if (text !~ /\{/)
		gsub(/[ \t\n]+/, " ", text)
	shown = linked(escaped(text), name)
	if (text ~ /\{/)
		shown = with_targets(shown)
	gsub(/\/\*([^*]|\*[^\/])*\*\//, "<i>&</i>", shown)
	return shown
}

# The members of an enumeration are where their names link to.
function with_targets(text,    out, n, i, lines, name) {
	n = split(text, lines, "\n")
	out = ""
	for (i = 1; i <= n; i++) {
		if (match(lines[i], /^\t<a href="#SIGLET_[A-Z0-9_]+">/)) {
			name = substr(lines[i], RSTART + 11, RLENGTH - 13)
			sub(/<a href="[^"]*">[A-Z0-9_]+<\/a>/, "<b id=\"" name "\">" name "</b>", lines[i])
		}
		out = out (i > 1 ? "\n" : "") lines[i]
	}
	return out
}

function end_group(    i) {
	if (members > 0) {
		print "<div class=\"item\">\n<pre>"
		for (i = 1; i <= members; i++)
			print code(member[i])
		print "</pre>"
		print paragraphs(comment) "</div>"
	} else if (comment != "") {
		print paragraphs(comment)
	}
	members = 0
	comment = ""
}

function anchor(title) {
	gsub(/[^a-z]+/, "-", title)
	return title
}

function begin_section(title) {
	end_section()
	print "<section>\n<h2 id=\"" anchor(title) "\">" escaped(title) "</h2>"
	in_section = 1
}

function end_section() {
	if (in_section)
		print "</section>"
	in_section = 0
}

function print_head(    i, title) {
	print "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">"
	print "<meta name=\"viewport\" content=\"width=device-width\">\n<title>siglet.h " version "</title>\n<style>"
	print ":root { color-scheme: light dark }"
	print "body { margin: 0 auto; max-width: 60rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif }"
	print "pre { overflow-x: auto; margin: 0; padding: .5rem .75rem; font: .875rem/1.5 ui-monospace, monospace; background: #8881; tab-size: 8 }"
	print "main > pre { margin: 1rem 0 }"
	print ".item { margin: 1.5rem 0; border-left: 3px solid #8884 } .item p { margin: .5rem .75rem }"
	print "a { text-decoration: none } a:hover { text-decoration: underline } i { opacity: .75 }"
	print ":target { outline: 2px solid; outline-offset: 2px } nav { columns: 3 12rem; padding: 0 } nav a { display: block }"
	print "</style>\n</head>\n<body>\n<main>\n<h1>siglet.h <small>" version "</small></h1>\n<nav>"
	for (i = 1; i <= NR; i++)
		if (line[i] ~ /^\/\* ---- .* ---- \*\/$/) {
			title = line[i]
			sub(/^\/\* ---- /, "", title)
			sub(/ ---- \*\/$/, "", title)
			print "<a href=\"#" anchor(title) "\">" escaped(title) "</a>"
		}
	print "</nav>"
}
