module siglet

go 1.21
