package Kontain::Runtime::Multipart;

# multipart/form-data (RFC 7578), from a body that is already in memory.
use strict;
use warnings;
use Kontain::Runtime::BadRequest ();
use Kontain::Runtime::Upload ();

my $parameter = qr/;\s*([\w!#\$%&*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))/s;

# Fields and uploads, each a hash by name; the last one of a name.
sub parse {
    my ($content_type, $body) = @_;
    my $boundary = _parameters($content_type)->{boundary} // _refuse('multipart/form-data without a boundary');
    # The line break before a boundary belongs to it, so the first one gets one too.
    my (undef, @sections) = split /\r\n--\Q$boundary\E/, "\r\n$body", -1;
    _refuse('The multipart body has no closing boundary') if !@sections || pop(@sections) !~ /\A--/;
    my (%fields, %uploads);
    for my $section (@sections) {
        my ($name, $value) = _part($section);
        if   (ref $value) { $uploads{$name} = $value }
        else              { $fields{$name}  = $value }
    }
    return (\%fields, \%uploads);
}

sub _part {
    my ($section) = @_;
    my ($head, $content) = split /\r\n\r\n/, $section =~ s/\A[ \t]+//r, 2;
    _refuse('A part of the multipart body has no header') if !defined $content;
    my (undef, @lines) = split /\r\n/, $head;
    my %headers = map { /\A\s*([^:]*?)\s*:\s*(.*?)\s*\z/s ? (lc $1 => $2) : () } @lines;
    my $given = _parameters($headers{'content-disposition'} // '');
    my $name = $given->{name} // _refuse('A part of the multipart body has no name');
    return ($name, _text($content)) if !exists $given->{filename};
    return ($name, Kontain::Runtime::Upload->new($given->{filename}, $headers{'content-type'}, $content));
}

sub _parameters {
    my ($value) = @_;
    my %parameters;
    while ($value =~ /$parameter/g) {
        my ($name, $quoted, $token) = ($1, $2, $3);
        $parameters{ lc $name } = _text(defined $quoted ? $quoted =~ s/\\(.)/$1/gsr : $token);
    }
    return \%parameters;
}

# Text where it is UTF-8, else bytes.
sub _text {
    my ($text) = @_;
    utf8::decode($text);
    return $text;
}

sub _refuse { die Kontain::Runtime::BadRequest->new(@_) }

1;
