{
  "targets": [{
    "target_name": "siglet",
    "sources": ["src/addon.c", "src/judge.c", "src/library.c", "src/root.c", "src/value.c"],
    "cflags": ["-std=gnu17", "-Wall", "-Wextra", "-fvisibility=hidden", "<!@(pkg-config --cflags siglet)"],
    "libraries": ["-ldl"]
  }]
}
