import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0006_passage_vector'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='turn',
            index=models.Index(fields=['ended_at'], name='turn_ended'),
        ),
        migrations.CreateModel(
            name='TraceExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('claimed_until', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('exported_at', models.DateTimeField(null=True)),
                ('turn', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='trace_export', to='chat.turn')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('exported_at__isnull', True)), fields=['claimed_until'], name='trace_export_waiting')],
            },
        ),
    ]
