#!/usr/bin/env python3
"""An SPDX 2.3 document (JSON) about a release file: what is in it, and what it needs or was linked with.

Usage: sbom.py FILE SOURCE VERSION      FILE.spdx.json

FILE is the source archive itself, a Debian package, or the static verifier; SOURCE the archive it was made
from. SOURCE_DATE_EPOCH is the date of the document, so that the same file has the same one.
"""
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import time
import uuid

LICENSE = "Apache-2.0"
# What the static verifier is linked with: the archive, its project, and that project's licence.
LINKED = (
    ("libcrypto.a", "openssl", "Apache-2.0"),
    ("libjson-c.a", "json-c", "MIT"),
    ("libpcre2-8.a", "pcre2", "BSD-3-Clause"),
    ("libc.a", "glibc", "LGPL-2.1-or-later"),
)


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def digest(algorithm, content):
    return hashlib.new(algorithm, content).hexdigest()


def identifier(name):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-")


def package(name, version=None, license_declared="NOASSERTION", **more):
    about = {
        "SPDXID": identifier("Package-" + name),
        "name": name,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": license_declared,
        "licenseDeclared": license_declared,
        "copyrightText": "NOASSERTION",
    }
    if version:
        about["versionInfo"] = version
    about.update(more)
    return about


def purl(text):
    return [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": text}]


class Document:
    def __init__(self, path, version):
        content = open(path, "rb").read()
        self.path, self.version = path, version
        self.name = os.path.basename(path)
        self.sha256 = digest("sha256", content)
        self.packages, self.files, self.relations = [], [], []

    def relate(self, one, kind, other):
        self.relations.append({"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other})

    def add(self, other):
        self.packages.append(other)
        return other["SPDXID"]

    def describe(self, name, purpose):
        """The release file itself."""
        self.main = self.add(
            package(
                name,
                self.version,
                LICENSE,
                packageFileName=self.name,
                primaryPackagePurpose=purpose,
                supplier="Organization: siglet maintainers",
                checksums=[{"algorithm": "SHA256", "checksumValue": self.sha256}],
                externalRefs=purl("pkg:generic/%s@%s?checksum=sha256:%s" % (name, self.version.replace("~", "%7E"), self.sha256)),
            )
        )
        self.relate("SPDXRef-DOCUMENT", "DESCRIBES", self.main)

    def contain(self, archive):
        """The regular files of a tar archive, each with its digests."""
        sha1s = []
        members = sorted((m for m in archive.getmembers() if m.isreg()), key=lambda m: m.name)
        for number, member in enumerate(members):
            content = archive.extractfile(member).read()
            sha1s.append(digest("sha1", content))
            self.files.append(
                {
                    "SPDXID": "SPDXRef-File-%d" % number,
                    "fileName": "./" + member.name.removeprefix("./"),
                    "checksums": [
                        {"algorithm": "SHA1", "checksumValue": sha1s[-1]},
                        {"algorithm": "SHA256", "checksumValue": digest("sha256", content)},
                    ],
                    "licenseConcluded": LICENSE,
                    "licenseInfoInFiles": ["NOASSERTION"],
                    "copyrightText": "NOASSERTION",
                }
            )
            self.relate(self.main, "CONTAINS", "SPDXRef-File-%d" % number)
        if not members:
            raise SystemExit("sbom: %s holds no file" % self.path)
        main = self.packages[0]
        main["filesAnalyzed"] = True
        main["licenseInfoFromFiles"] = ["NOASSERTION"]
        main["packageVerificationCode"] = {
            "packageVerificationCodeValue": digest("sha1", "".join(sorted(sha1s)).encode())
        }

    def came_from(self, source):
        sha256 = digest("sha256", open(source, "rb").read())
        archive = package(
            "siglet-source",
            self.version,
            LICENSE,
            packageFileName=os.path.basename(source),
            primaryPackagePurpose="SOURCE",
            checksums=[{"algorithm": "SHA256", "checksumValue": sha256}],
        )
        self.relate(self.main, "GENERATED_FROM", self.add(archive))

    def text(self):
        created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"])))
        document = {
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": self.name,
            "documentNamespace": "urn:uuid:%s" % uuid.uuid5(uuid.NAMESPACE_URL, "siglet/%s/%s" % (self.name, self.sha256)),
            "creationInfo": {
                "created": created,
                "creators": ["Organization: siglet maintainers", "Tool: siglet-sbom-" + self.version],
            },
            "packages": self.packages,
            "relationships": self.relations,
        }
        if self.files:
            document["files"] = self.files
        return json.dumps(document, indent=1) + "\n"


def named(field):
    """The packages of a Debian relation field, and what is asked of each: the first of alternatives."""
    for relation in filter(None, (r.strip() for r in field.replace("\n", " ").split(","))):
        found = re.match(r"([a-z0-9][a-z0-9+.-]+)(?::\w+)?\s*(?:\(([^)]*)\))?", relation.split("|")[0])
        if found:
            yield found.group(1), found.group(2)


def needs(document, field, kind):
    for name, condition in named(field):
        other = package(name, externalRefs=purl("pkg:deb/debian/" + name.replace("+", "%2B")))
        if condition:
            other["comment"] = "version " + condition
        if kind == "DEPENDS_ON":
            document.relate(document.main, kind, document.add(other))
        else:
            document.relate(document.add(other), kind, document.main)


def source_archive(document):
    document.describe("siglet", "SOURCE")
    with tarfile.open(document.path) as archive:
        document.contain(archive)
        control = next(m for m in archive.getmembers() if m.name.endswith("/packaging/debian/control"))
        text = archive.extractfile(control).read().decode()
    needs(document, re.search(r"^Build-Depends:((?:.*\n)(?: .*\n)*)", text, re.M).group(1), "BUILD_DEPENDENCY_OF")


def debian_package(document, source):
    def field(name):
        return run("dpkg-deb", "--field", document.path, name).decode().strip()

    document.describe(field("Package"), "INSTALL")
    document.packages[0]["versionInfo"] = field("Version")
    with tarfile.open(fileobj=io.BytesIO(run("dpkg-deb", "--fsys-tarfile", document.path))) as archive:
        document.contain(archive)
    document.came_from(source)
    needs(document, field("Depends"), "DEPENDS_ON")
    needs(document, field("Recommends"), "OPTIONAL_DEPENDENCY_OF")


def static_program(document, source):
    document.describe("siglet-verify", "APPLICATION")
    document.came_from(source)
    for archive, project, license_declared in LINKED:
        path = os.path.realpath(run("cc", "-print-file-name=" + archive).decode().strip())
        owner = run("dpkg-query", "-S", path).decode().split(":")[0]
        version = run("dpkg-query", "-W", "-f", "${Version}", owner).decode()
        other = package(
            project,
            version,
            license_declared,
            comment="%s of the Debian package %s" % (archive, owner),
            checksums=[{"algorithm": "SHA256", "checksumValue": digest("sha256", open(path, "rb").read())}],
            externalRefs=purl("pkg:deb/debian/%s@%s" % (owner, version.replace("+", "%2B").replace("~", "%7E").replace(":", "%3A"))),
        )
        document.relate(document.main, "STATIC_LINK", document.add(other))


def main(path, source, version):
    document = Document(path, version)
    if os.path.samefile(path, source):
        source_archive(document)
    elif path.endswith(".deb"):
        debian_package(document, source)
    elif document.name.startswith("siglet-verify-"):
        static_program(document, source)
    else:
        raise SystemExit("sbom: what is %s?" % path)
    with open(path + ".spdx.json", "w", encoding="utf-8") as out:
        out.write(document.text())


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
